import type { Item } from "@semblance/core";
import { expect, test } from "vitest";
import { columnSlices, lengthSlice } from "./slices.ts";

function item(text: string, metadata: Item["metadata"] = {}): Item {
  return { id: text, content: [text], metadata };
}

test.each([
  ["one two three four five", "up to 5 words"],
  ["one two  three four five six", "6 to 10 words"],
  ["word ".repeat(15), "11 to 15 words"],
  ["word ".repeat(16), "16 words and more"],
])("the length of %j is %s", (text, expected) => {
  expect(lengthSlice.values[lengthSlice.placeOf(item(text), "text")]).toBe(expected);
});

test("an image has no caption length", () => {
  expect(lengthSlice.placeOf(item("photo.jpg"), "image")).toBe(-1);
});

test("a column with a few values is a slice, and an item without the column is in none", () => {
  const items = [item("a", { place: "sea" }), item("b", { place: "field" }), item("c")];
  const [slice, ...others] = columnSlices(items);
  expect(others).toEqual([]);
  expect(slice).toMatchObject({ name: "place", values: ["field", "sea"] });
  expect(items.map((each) => slice?.placeOf(each, "text"))).toEqual([1, 0, -1]);
});

test("a column with one value or with more than 20 is none", () => {
  const items = Array.from({ length: 21 }, (_, i) => item(`${i}`, { one: "x", many: i }));
  expect(columnSlices(items)).toEqual([]);
  expect(columnSlices(items.slice(1)).map(({ name }) => name)).toEqual(["many"]);
});
