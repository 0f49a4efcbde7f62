import { expect, test } from "vitest";
import { binRanks } from "./rank-bins.ts";

test("bins end at 1, 2, 5, 10 and so on, and the last holds the last rank there is", () => {
  const names = binRanks([], 120).map(({ name }) => name);
  expect(names).toEqual(["1", "2", "3–5", "6–10", "11–20", "21–50", "51–100", "101–200"]);
});

test("every rank is counted once", () => {
  const counts = binRanks([1, 1, 2, 3, 5, 6, 10], 10).map(({ count }) => count);
  expect(counts).toEqual([2, 1, 2, 2]);
});

test("an expected rank between two bins belongs to the higher", () => {
  expect(binRanks([1.5, 2.5], 5).map(({ count }) => count)).toEqual([0, 1, 1]);
});
