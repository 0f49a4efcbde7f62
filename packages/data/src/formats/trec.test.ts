import { join } from "node:path";
import { expect, test } from "vitest";
import { describeDataset } from "../../fixtures/describe-dataset.ts";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { createTrecReader } from "./trec.ts";

const folder = join(import.meta.dirname, "../../fixtures/formats/trec");

test("reads queries from the file beside it, and documents that are named by path", async () => {
  const dataset = await createTrecReader().read(join(folder, "qrels.txt"));

  expect(dataset).toMatchObject({ name: "qrels", splits: [] });
  expect(await describeDataset(dataset, folder)).toEqual({
    images: ["kite.jpg: kite.jpg", "mug.jpg: mug.jpg"],
    texts: ["q1: a kite over dunes", "q2: two mugs, a sill"],
    judgements: ["q1 kite.jpg 2", "q1 mug.jpg 0", "q2 mug.jpg 1"],
    failures: ["4 INVALID_LINE", "5 INVALID_LINE", "6 INVALID_RELEVANCE"],
  });
});

test("takes ids for contents where no file says what they mean", async () => {
  await using file = await temporaryFile("test.qrels", "kite 0 kite.jpg 1\n");

  const dataset = await createTrecReader().read(file.path);

  expect(await describeDataset(dataset, file.folder)).toMatchObject({
    images: ["kite.jpg: kite.jpg"],
    texts: ["kite: kite"],
  });
});

test("adds documents without a judgement, and lists a judgement of an unknown one", async () => {
  await using file = await temporaryFile("test.qrels", "kite 0 d1 1\nkite 0 d9 1\n");
  await file.add("corpus.tsv", "d1\tkite.jpg\nd2\tmug.jpg\n");

  const dataset = await createTrecReader().read(file.path);

  expect(await describeDataset(dataset, file.folder)).toMatchObject({
    images: ["d1: kite.jpg", "d2: mug.jpg"],
    failures: ["1 ITEM_NOT_FOUND"],
  });
});

test.each([
  ["qrels.txt", "q1 0 d1 1\n", true],
  ["QRELS-test", "q1\tQ0\td1\t-1\n", true],
  ["qrels.txt", "q1 Q0 d1 1 0.5 run\n", false],
  ["run.txt", "q1 0 d1 1\n", false],
])("looks at name and first line: %s, %j", async (name, content, expected) => {
  await using file = await temporaryFile(name, content);

  expect(await createTrecReader().sniff(file.path)).toBe(expected);
});
