import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { readLines } from "./read-lines.ts";

function fileWith(content: string): string {
  return join(temporaryFolder({ "lines.txt": content }), "lines.txt");
}

test("a line ends with a line feed alone, and the last needs none", async () => {
  const lines = await Array.fromAsync(readLines(fileWith("a\u2028b\n\nc\rd\nlast")));
  expect(lines.map(({ text }) => text)).toEqual(["a\u2028b", "", "c\rd", "last"]);
});

test("reading on behind any line gives the lines after it", async () => {
  const file = fileWith("eins\nzwölf\n🐈\nvier\n");
  const lines = await Array.fromAsync(readLines(file));
  for (const [number, { end }] of lines.entries()) {
    expect(await Array.fromAsync(readLines(file, end))).toEqual(lines.slice(number + 1));
  }
});

test("lines longer than what is read at once are whole, also where a letter lies across", async () => {
  const long = "ä".repeat(200_001);
  const lines = await Array.fromAsync(readLines(fileWith(`x${long}\n${long}\ny`)));
  expect(lines.map(({ text }) => text)).toEqual([`x${long}`, long, "y"]);
  expect(lines.at(-1)?.end).toBe(1 + 4 * 200_001 + 3);
});
