import { expect, test } from "vitest";
import { partsByColumn, partsByWords } from "./query-parts.ts";

test("captions are divided into quarters by their number of words", () => {
  const texts = Array.from({ length: 8 }, (_, i) => "word ".repeat(i + 1));
  const { names, of } = partsByWords(texts);
  expect(names).toEqual(["1 to 2 words", "3 to 4 words", "5 to 6 words", "7 to 8 words"]);
  expect(of).toEqual(names.flatMap((name) => [name, name]));
});

test("there is no part without queries", () => {
  const texts = ["one two three", "one two three", "one two three four five", "1 2 3 4 5"];
  expect(partsByWords(texts).names).toEqual(["3 words", "5 words"]);
});

test("a column is divided by its values, and a query without one is in no part", () => {
  const { names, of } = partsByColumn(["sea", undefined, "field", "sea", true]);
  expect(names).toEqual(["sea", "field", "true"]);
  expect(of).toEqual(["sea", undefined, "field", "sea", "true"]);
});

test("many numbers are taken in quarters, and many words divide nothing", () => {
  const numbers = Array.from({ length: 40 }, (_, i) => i);
  expect(partsByColumn(numbers).names).toEqual(["0 to 9", "10 to 19", "20 to 29", "30 to 39"]);
  expect(partsByColumn(numbers.map((number) => `id ${number}`)).names).toEqual([]);
});
