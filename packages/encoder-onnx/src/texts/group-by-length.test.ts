import { expect, test } from "vitest";
import { groupByLength } from "./group-by-length.ts";

test("texts of like length stand together, the shortest first", () => {
  expect(groupByLength([9, 3, 9, 3, 5], 6)).toEqual([
    [1, 3],
    [4, 0, 2],
  ]);
});

test("texts of one length stay in one group, however many they are", () => {
  expect(groupByLength([4, 4, 4, 4], 5)).toEqual([[0, 1, 2, 3]]);
});

test("a group with too few tokens takes longer texts in", () => {
  expect(groupByLength([1, 2, 3], 100)).toEqual([[0, 1, 2]]);
});

test("no texts make no group", () => {
  expect(groupByLength([], 8)).toEqual([]);
});
