import { expect, test } from "vitest";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { readTable } from "../table/read-table.ts";
import { withoutRows } from "./without-rows.ts";

async function leaveOut(name: string, content: string, rows: number[]): Promise<string> {
  await using file = await temporaryFile(name, content);
  const table = await readTable(file.path);
  return await withoutRows({ ...table, source: file.path }, rows);
}

test("leaves rows of CSV out, and the others as they are written", async () => {
  const content = '\ufeffimage,caption\r\na.jpg,"two\nlines"\r\n"b.jpg",x\r\n\r\nc.jpg,"say ""y"""';
  expect(await leaveOut("pairs.csv", content, [1])).toBe(
    '\ufeffimage,caption\r\na.jpg,"two\nlines"\r\nc.jpg,"say ""y"""',
  );
  expect(await leaveOut("pairs.csv", content, [0, 2])).toBe(
    '\ufeffimage,caption\r\n"b.jpg",x\r\n\r\n',
  );
});

test("leaves rows of JSONL out, the first and the last", async () => {
  const lines = ["a", "b", "c"].map((name) => `{"image":"${name}.jpg","caption":"${name}"}\n`);
  expect(await leaveOut("pairs.jsonl", lines.join(""), [0, 2])).toBe(lines[1]);
});

test("writes a table that reads as before, without these rows", async () => {
  const content = "image\tcaption\ra\t1\r\rb\t2\rc\t3\r";
  const text = await leaveOut("pairs.tsv", content, [1]);
  await using file = await temporaryFile("mended.tsv", text);
  expect((await readTable(file.path)).columns).toEqual({ image: ["a", "c"], caption: ["1", "3"] });
});
