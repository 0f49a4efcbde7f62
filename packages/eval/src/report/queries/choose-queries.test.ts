import { expect, test } from "vitest";
import type { QueryColumns } from "../../retrieval/query-columns.ts";
import { chooseQueries, drawEvenly } from "./choose-queries.ts";

function withRanks(ranks: readonly number[]): QueryColumns {
  const none = new Uint32Array();
  return {
    rows: Uint32Array.from(ranks.keys()),
    clusters: Uint32Array.from(ranks.keys()),
    metrics: { rank: Float64Array.from(ranks) },
    relevant: { starts: none, rows: none, grades: new Float64Array() },
    hits: { perQuery: 0, rows: none, scores: new Float32Array() },
  };
}

test("all queries are shown where there is room, the worst first", () => {
  const chosen = chooseQueries(withRanks([1, 30, 2, 1]), 4);
  expect(chosen).toEqual({ indices: [1, 2, 0, 3], queries: 4, failures: 2, failuresShown: 2 });
});

test("three quarters of the places go to failures, evenly over their ranks", () => {
  const ranks = [...Array.from({ length: 100 }, (_, i) => i + 2), ...Array(100).fill(1)];
  const { indices, failures, failuresShown } = chooseQueries(withRanks(ranks), 12);
  const shown = indices.map((i) => ranks[i]);
  expect({ failures, failuresShown }).toEqual({ failures: 100, failuresShown: 9 });
  expect(shown).toEqual([101, 89, 76, 64, 51, 39, 27, 14, 2, 1, 1, 1]);
});

test("failures take the places that others leave free", () => {
  const ranks = [...Array(20).fill(7), 1];
  expect(chooseQueries(withRanks(ranks), 10)).toMatchObject({ failuresShown: 9, queries: 21 });
  expect(chooseQueries(withRanks(ranks), 10).indices).toHaveLength(10);
});

test("a rank above 1 through ties is a failure", () => {
  expect(chooseQueries(withRanks([1.5, 1]), 2).failures).toBe(1);
});

test.each([
  [3, [0, 5, 9]],
  [1, [0]],
  [0, []],
  [20, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
])("%i of ten are drawn evenly", (count, expected) => {
  const ten = Array.from({ length: 10 }, (_, i) => i);
  expect(drawEvenly(ten, count)).toEqual(expected);
});
