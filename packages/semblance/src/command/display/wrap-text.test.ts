import { expect, test } from "vitest";
import { wrapText } from "./wrap-text.ts";

test("breaks at spaces, and fills lines up to the last column", () => {
  const text = `${"a".repeat(40)} ${"b".repeat(39)} c`;
  expect(wrapText(text)).toBe(`${"a".repeat(40)} ${"b".repeat(39)}\nc`);
});

test("indents the first line and the others", () => {
  const lines = wrapText("word ".repeat(40).trim(), "→ ", "  ").split("\n");
  expect(lines.map((line) => line.slice(0, 4))).toEqual(["→ wo", "  wo", "  wo"]);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80);
});

test("gives a word that is too long a line to itself", () => {
  expect(wrapText(`x ${"y".repeat(90)} z`, "", "  ")).toBe(`x\n  ${"y".repeat(90)}\n  z`);
});
