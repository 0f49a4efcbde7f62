import { expect, test } from "vitest";
import { toTable } from "./matcher-data.ts";

test("a bare array is refused, and the message shows the object form", () => {
  const bare = ["a dog"] as unknown as Record<string, string[]>;
  expect(() => toTable(bare)).toThrow("{ caption: texts }");
});

test("columns of different lengths are refused", () => {
  expect(() => toTable({ image: ["a.jpg"], caption: ["a", "b"] })).toThrow(RangeError);
});

test("a column called length does not make an object a table", () => {
  expect(toTable({ length: ["short"], caption: ["a dog"] }).length).toBe(1);
});

test("rows by column name become a table; what a row lacks is an empty cell", () => {
  const rows = [{ caption: "a dog", image: "dog.jpg" }, { caption: "a cat" }];
  expect(toTable(rows)).toEqual({
    columns: { caption: ["a dog", "a cat"], image: ["dog.jpg", null] },
    length: 2,
  });
});

test("an empty array does not say what it holds", () => {
  expect(() => toTable([])).toThrow(TypeError);
});
