import { expect, test } from "vitest";
import { createRandom } from "./random.ts";
import { createWeightedSum } from "./weighted-sum.ts";

const rows = 11;
const columns = 5;

test.each([0, 1, 2, 3, 4, 7, 11])("adds up the rows that have a weight: %i of them", (weighted) => {
  const random = createRandom(weighted);
  const table = Float64Array.from({ length: rows * columns }, () => Math.floor(random() * 9));
  const weights = Float64Array.from({ length: rows }, (_, row) => (row < weighted ? row - 2.5 : 0));
  const totals = new Float64Array(columns).fill(9);
  createWeightedSum(table, columns)(weights, totals);
  const expected = Array.from({ length: columns }, (_, column) =>
    weights.reduce((sum, weight, row) => sum + weight * (table[row * columns + column] ?? 0), 0),
  );
  expect([...totals]).toEqual(expected);
});

test("columns that are the same have their sums in every place, one that differs once has its own", () => {
  const table = Float64Array.of(1, 2, 1, 1, 2, 3, 4, 3, 3, 4, 5, 6, 5, 7, 6);
  const totals = new Float64Array(columns);
  const addUp = createWeightedSum(table, columns);
  addUp(Float64Array.of(1, 0, 2), totals);
  expect([...totals]).toEqual([11, 14, 11, 15, 14]);
  addUp(Float64Array.of(0, 1, 0), totals);
  expect([...totals]).toEqual([3, 4, 3, 3, 4]);
});
