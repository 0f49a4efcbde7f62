import { expect, test } from "vitest";
import { measureHubness } from "./hubness.ts";

// Three queries, two best rows each, of a gallery of three.
const hits = {
  perQuery: 2,
  rows: Uint32Array.of(0, 1, 0, 1, 0, 2),
  scores: new Float32Array(6),
};

test("a row that every query finds is a hub, worked by hand", () => {
  // N_1 = 3, 0, 0: mean 1, second moment 2, third moment 2.
  expect(measureHubness(hits, 1, 3)).toEqual({
    k: 1,
    skewness: expect.closeTo(2 / 2 ** 1.5, 12),
    antiHubs: expect.closeTo(2 / 3, 12),
    largest: 3,
  });
});

test("only the k best of each query count", () => {
  // N_2 = 3, 2, 1 is symmetric.
  expect(measureHubness(hits, 2, 3)).toEqual({ k: 2, skewness: 0, antiHubs: 0, largest: 3 });
});

test("a gallery whose rows are found equally often has no skewness", () => {
  const even = { perQuery: 1, rows: Uint32Array.of(0, 1), scores: new Float32Array(2) };
  expect(measureHubness(even, 1, 2)).toMatchObject({ skewness: 0, antiHubs: 0, largest: 1 });
});
