import { expect, test } from "vitest";
import { formatTable } from "./format-table.ts";

test("columns are as wide as their widest cell, and no line ends in spaces", () => {
  const table = formatTable(["", "before"], [["t2i.hit@10", "0.1"], ["rsum"]]);
  expect(table).toBe(["             before", "t2i.hit@10   0.1", "rsum"].join("\n"));
});

test("a table without rows is its header", () => {
  expect(formatTable(["package", "version"], [])).toBe("package   version");
});
