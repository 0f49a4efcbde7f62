import { expect, test } from "vitest";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { readLines } from "./read-lines.ts";

test.each([
  ["\ufeffone\r\n\r\nthree", ["1 one", "2 ", "3 three"]],
  ["one\n\n", ["1 one", "2 "]],
  ["", []],
])("numbers the lines of %j, also empty ones", async (content, expected) => {
  await using file = await temporaryFile("lines.txt", content);

  const lines = await Array.fromAsync(readLines(file.path));

  expect(lines.map(({ line, text }) => `${line} ${text}`)).toEqual(expected);
});

test("keeps lines whole over the blocks in which a file is read", async () => {
  const written = Array.from({ length: 30_000 }, (_, i) => `line ${i} of a long file`);
  await using file = await temporaryFile("lines.txt", written.join("\r\n"));

  const lines = await Array.fromAsync(readLines(file.path));

  expect(lines.map(({ text }) => text)).toEqual(written);
  expect(lines.at(-1)?.line).toBe(30_000);
});
