import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { datasetReaderCases } from "@semblance/core/conformance";
import { expect, test } from "vitest";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { createTableReader } from "./create-table-reader.ts";

const fixtures = join(import.meta.dirname, "../../fixtures");
const cases = datasetReaderCases(createTableReader, {
  source: join(fixtures, "splits.jsonl"),
  foreign: join(fixtures, "make_fixtures.py"),
  missing: join(fixtures, "missing.csv"),
});

for (const { name, run } of cases) test(`the table reader ${name}`, run);

test.each([
  ["an empty table", "t.csv", "", true],
  ["upper case", "T.TSV", "image\tcaption\n", true],
  ["a picture under a table's name", "t.csv", "\u0089PNG\r\n\u001a\n\0\0\0\rIHDR", false],
  ["a table under another name", "t.txt", "image,caption\n", false],
])("looks at name and beginning: %s", async (_, name, content, expected) => {
  await using file = await temporaryFile(name, content);

  expect(await createTableReader().sniff(file.path)).toBe(expected);
});

test("takes no folder for a table", async () => {
  await using file = await temporaryFile("a", "");

  expect(await createTableReader().sniff(file.folder)).toBe(false);
});

test("reads with the columns and the base folder that it is given", async () => {
  await using file = await temporaryFile("captions.csv", "");
  await writeFile(file.path, "filepath,title\na.jpg,dog\n");

  const options = { columns: { image: "filepath", caption: "title" }, baseFolder: fixtures };
  const dataset = await createTableReader().read(file.path, options);

  expect(dataset.name).toBe("captions");
  const images = await Array.fromAsync(dataset.items("image"));
  expect(images).toMatchObject([{ id: "a.jpg", content: [join(fixtures, "a.jpg")] }]);
});
