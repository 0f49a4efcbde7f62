import { join } from "node:path";
import { DatasetError } from "@semblance/core";
import { expect, test } from "vitest";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { readTable } from "./read-table.ts";

async function failureOf(name: string, content: string | Uint8Array): Promise<DatasetError> {
  await using file = await temporaryFile(name, content);
  const error: unknown = await readTable(file.path).catch((reason: unknown) => reason);
  if (!DatasetError.isInstance(error)) throw new Error(`Expected a DatasetError, got ${error}.`);
  expect(error.position.file).toBe(file.path);
  expect(error.fix).toBeTruthy();
  return error;
}

test.each([
  ["a ragged row", "a,b\n1,2\n\n3,4,5\n", "RAGGED_ROW", { line: 4, column: "b" }],
  ["a short row", 'a,b,c\n"x\ny",2,3\n3\n', "RAGGED_ROW", { line: 4, column: "b" }],
  ["a quote within a cell", 'a,b\n1,2\n3,4 "\n', "INVALID_QUOTING", { line: 3, column: "b" }],
  ["text after a quote", 'a,b\n\n"x"y,2\n', "INVALID_QUOTING", { line: 3, column: "a" }],
  ["an open quote", 'a,b\n1,2\n3,"4\n5,6\n', "INVALID_QUOTING", { line: 3, column: "b" }],
  ["two columns of one name", "a,b,a\n1,2,3\n", "INVALID_HEADER", { line: 1, column: "a" }],
  ["a column without a name", ",a\n1,2\n", "INVALID_HEADER", { line: 1 }],
  ["a header alone", "image,caption\n", "TABLE_EMPTY", {}],
  ["an empty file", "", "TABLE_EMPTY", {}],
])("says where a CSV file has %s", async (_, content, code, position) => {
  const error = await failureOf("t.csv", content);

  expect(error.code).toBe(code);
  expect(error.position).toEqual({ ...position, file: error.position.file });
  if ("line" in position) expect(error.message).toContain(`t.csv:${position.line}`);
});

test.each([
  ["a list", '{"a":1}\n{"a":[1]}', "INVALID_CELL", { line: 2, column: "a" }],
  ["an object", '\n{"a":{"b":1}}', "INVALID_CELL", { line: 2, column: "a" }],
  ["an id of 20 digits", '{"id":12345678901234567890}', "INVALID_CELL", { line: 1, column: "id" }],
  ["a number beyond doubles", '{"x":1e999}', "INVALID_CELL", { line: 1, column: "x" }],
  ["broken JSON", '{"a":1}\n{"a":', "INVALID_JSON", { line: 2 }],
  ["a line that is no object", "[1]", "INVALID_JSON", { line: 1 }],
  ["an empty key", '{"":1}', "INVALID_HEADER", { line: 1 }],
  ["no rows", "\n\n", "TABLE_EMPTY", {}],
])("says where a JSONL file has %s", async (_, content, code, position) => {
  const error = await failureOf("t.jsonl", content);

  expect(error.code).toBe(code);
  expect(error.position).toEqual({ ...position, file: error.position.file });
});

test("says in words what is wrong, in a message of bounded length", async () => {
  const messageOf = async (name: string, content: string) =>
    (await failureOf(name, content)).message.replace(/^.*(?=t\.)/, "");

  expect(await messageOf("t.csv", 'image,caption\na.jpg,5" nail\n')).toBe(
    't.csv:2, column "caption": in the record that starts here, ' +
      "a quote stands within a cell that does not begin with one.",
  );
  expect(await messageOf("t.jsonl", '{"a":1,}')).toMatch(/^t.jsonl:1: .* at position 7\.$/);
  expect((await messageOf("t.jsonl", `{"a":["${"x".repeat(9999)}"]}`)).length).toBeLessThan(250);
});

test.each(["t.csv", "t.jsonl"])("names the line of %s that is not UTF-8", async (name) => {
  const rows = Array.from({ length: 20_000 }, (_, i) => `{"caption": "A caption ${i}"}`);
  const bytes = Buffer.from(rows.join("\n"));
  bytes[bytes.indexOf("caption 17000")] = 0xe9; // é in Latin-1

  const error = await failureOf(name, name === "t.csv" ? withoutQuotes(bytes) : bytes);

  expect(error).toMatchObject({ code: "INVALID_UTF8", position: { line: 17_001 } });
});

function withoutQuotes(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => (byte === 0x22 ? 0x20 : byte)));
}

test("refuses UTF-16, as spreadsheet programs write it", async () => {
  const error = await failureOf("t.csv", Buffer.from("\ufeffa,b\n1,2\n", "utf16le"));

  expect(error).toMatchObject({ code: "INVALID_UTF8", position: { line: 1 } });
});

test("refuses a missing file, a folder and an unknown extension, each by its own code", async () => {
  await using file = await temporaryFile("table.csv", "a\n1\n");
  const codeOf = (path: string) => readTable(path).catch((error) => error.code);

  expect(await codeOf(join(file.folder, "missing.csv"))).toBe("FILE_NOT_FOUND");
  expect(await codeOf(file.path.replace(".csv", ".xlsx"))).toBe("UNKNOWN_FORMAT");
  await using folder = await temporaryFile("x", "");
  const error = await readTable(folder.folder, { format: "csv" }).catch((reason) => reason);
  expect(error).toMatchObject({ code: "FILE_UNREADABLE" });
});
