import { expect, test } from "vitest";
import fixture from "../fixtures/comparison.json" with { type: "json" };
import { adjustByHolm } from "./holm.ts";
import { createExtremeCounter, randomizationTest } from "./randomization-test.ts";

const cases = fixture.tests.map((run) => ({
  ...run,
  start: Float64Array.from(run.start),
  candidate: Float64Array.from(run.candidate),
  groups: Uint32Array.from(run.groups),
}));

test.each(cases.filter(({ isExact }) => isExact))(
  "few clusters are swapped in all ways, and p is scipy's: $p",
  ({ start, candidate, groups, p }) => {
    expect(randomizationTest({ start, candidate, groups })).toEqual({
      p: expect.closeTo(p, 12),
      isExact: true,
    });
  },
);

test.each(cases.filter(({ isExact }) => !isExact))(
  "many clusters are swapped at random, and p is scipy's up to chance: $p",
  ({ start, candidate, groups, p }) => {
    const result = randomizationTest({ start, candidate, groups, resamples: 40_000, seed: 1 });
    expect(result.isExact).toBe(false);
    expect(Math.abs(result.p - p)).toBeLessThan(0.008);
  },
);

test("p repeats with the seed, does not care which run is which, and is never 0", () => {
  const groups = Uint32Array.from({ length: 40 }, (_, i) => i);
  const start = new Float64Array(40);
  const candidate = new Float64Array(40).fill(1);
  const options = { start, candidate, groups, resamples: 99, seed: 3 };
  expect(randomizationTest(options)).toEqual({ p: 0.01, isExact: false });
  const swapped = randomizationTest({ ...options, start: candidate, candidate: start });
  expect(swapped).toEqual(randomizationTest(options));
});

test("runs that are the same have p = 1, and queries without a value count for nothing", () => {
  const values = Float64Array.of(1, 0, 0.5);
  const groups = Uint32Array.of(0, 1, 2);
  expect(randomizationTest({ start: values, candidate: values, groups }).p).toBe(1);
  const candidate = Float64Array.of(2, Number.NaN, 1.5);
  const dense = { start: Float64Array.of(1, 0.5), candidate: Float64Array.of(2, 1.5) };
  const sparse = randomizationTest({ start: values, candidate, groups });
  expect(sparse).toEqual(randomizationTest({ ...dense, groups: Uint32Array.of(0, 2) }));
});

test("clusters without a difference do not stand in the way of trying all swaps", () => {
  const start = new Float64Array(40);
  const candidate = start.map((_, query) => (query < 2 ? 1 : 0));
  const groups = Uint32Array.from(start.keys());
  expect(randomizationTest({ start, candidate, groups })).toEqual({ p: 0.5, isExact: true });
});

test("a cluster is swapped as a whole: copies of a query add no evidence", () => {
  const start = new Float64Array(8);
  const candidate = Float64Array.of(1, 1, 1, 1, 1, 1, 1, 1);
  const groups = Uint32Array.of(0, 0, 0, 0, 1, 1, 1, 1);
  expect(randomizationTest({ start, candidate, groups }).p).toBe(0.5);
});

test("runs over different queries, no resamples and a bad seed are refused", () => {
  const start = Float64Array.of(1, 0);
  const groups = Uint32Array.of(0, 1);
  expect(() => randomizationTest({ start, candidate: Float64Array.of(1), groups })).toThrow(
    new RangeError("Expected one of each per query, found 2 start, 1 candidate and 2 groups."),
  );
  const same = { start, candidate: start, groups };
  expect(() => randomizationTest({ ...same, resamples: 0 })).toThrow(RangeError);
  expect(() => randomizationTest({ ...same, seed: 0.5 })).toThrow(RangeError);
});

test("values without a mean are refused, since no difference can be as large", () => {
  const finite = Float64Array.of(1, 2, 3);
  const infinite = Float64Array.of(1, Number.POSITIVE_INFINITY, 3);
  const groups = Uint32Array.of(0, 1, 2);
  for (const [start, candidate] of [
    [finite, infinite],
    [infinite, finite],
    [infinite, infinite],
  ] as const) {
    const run = () => randomizationTest({ start, candidate, groups });
    expect(run).toThrow(RangeError);
    expect(run).toThrow("must be finite, or NaN to leave a query out; found Infinity for query 1.");
  }
});

test("a difference that is no number is as likely as any", () => {
  const counter = createExtremeCounter(Number.NaN, 1);
  counter.add(Number.NaN);
  expect(counter.p(true)).toBe(1);
});

test.each([Number.NaN, -0.1, 1.1])("Holm's method refuses %d, which is no p-value", (p) => {
  expect(() => adjustByHolm([0.01, p])).toThrow(RangeError);
  expect(() => adjustByHolm([0.01, p])).toThrow(`found ${p} at place 1`);
});

test.each(fixture.holm)("Holm's adjustment of $p is statsmodels'", ({ p, adjusted }) => {
  expect(adjustByHolm(p)).toEqual(adjusted.map((value) => expect.closeTo(value, 12)));
});
