import fc from "fast-check";
import { expect, test } from "vitest";
import { topK } from "./top-k.ts";

const scoresWithTies = fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 60 });

test("gives what sorting everything would give, ties by position", () => {
  fc.assert(
    fc.property(scoresWithTies, fc.integer({ min: 1, max: 70 }), (scores, k) => {
      const sorted = scores
        .map((_, i) => i)
        .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
      expect([...topK(Float32Array.from(scores), k)]).toEqual(sorted.slice(0, k));
    }),
  );
});

test("orders ties as it is told to", () => {
  const ids = ["b", "c", "a"];
  const byId = (a: number, b: number) => ((ids[a] ?? "") < (ids[b] ?? "") ? -1 : 1);
  expect([...topK(Float32Array.of(1, 1, 1), 2, byId)]).toEqual([2, 0]);
});

test("refuses a k that is not a positive integer", () => {
  for (const k of [0, -1, 1.5, Number.NaN]) {
    expect(() => topK(Float32Array.of(1), k)).toThrow(RangeError);
  }
});
