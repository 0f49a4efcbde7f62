import { describe, expect, test } from "vitest";
import fixture from "../fixtures/bootstrap.json" with { type: "json" };
import { withoutUndefined } from "../without-undefined.ts";
import { bootstrapInterval, pairedInterval } from "./bootstrap.ts";
import { quantile } from "./quantile.ts";

const groups = Uint32Array.from(fixture.groups);
const start = Float64Array.from(fixture.start, (value) => value ?? Number.NaN);
const candidate = Float64Array.from(fixture.candidate);

describe("bootstrapInterval", () => {
  test("is scipy's interval of a million cluster bootstraps, up to chance", () => {
    const [low, high] = bootstrapInterval({ values: start, groups, resamples: 50_000 }) ?? [];
    expect(low).toBeCloseTo(fixture.startInterval[0] ?? Number.NaN, 2);
    expect(high).toBeCloseTo(fixture.startInterval[1] ?? Number.NaN, 2);
  });

  test("is the same for the same seed, another for another, and near for fewer draws", () => {
    const [a, b, c] = [1, 1, 2].map((seed) => bootstrapInterval({ values: start, groups, seed }));
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
    expect(a?.[0]).toBeCloseTo(fixture.startInterval[0] ?? Number.NaN, 1);
  });

  test("is wider for clusters of copies than for as many independent queries", () => {
    const values = Float64Array.from({ length: 200 }, (_, i) => (i % 8 < 4 ? 1 : 0));
    const clusters = values.map((_, i) => Math.floor(i / 4));
    const clustered = widthOf(values, Uint32Array.from(clusters));
    const independent = widthOf(values, Uint32Array.from(values.keys()));
    expect(clustered / independent).toBeCloseTo(2, 0);
  });

  test("leaves out queries without a value, and groups that have only such", () => {
    const values = Float64Array.of(1, Number.NaN, 0, Number.NaN, 1);
    const sparse = bootstrapInterval({ values, groups: Uint32Array.of(0, 0, 1, 2, 3) });
    const dense = bootstrapInterval({
      values: Float64Array.of(1, 0, 1),
      groups: Uint32Array.of(0, 1, 2),
    });
    expect(sparse).toEqual(dense);
  });

  test("does not exist for fewer than two groups", () => {
    const values = Float64Array.of(1, 0, Number.NaN);
    expect(bootstrapInterval({ values, groups: Uint32Array.of(0, 0, 1) })).toBeUndefined();
    expect(
      bootstrapInterval({ values: new Float64Array(), groups: new Uint32Array() }),
    ).toBeUndefined();
  });

  test("has a width for shares that are all 0 or all 1, the number of groups deciding how wide", () => {
    const four = Uint32Array.of(0, 0, 1, 1);
    const of = (value: number, range?: readonly [number, number]) => {
      const values = new Float64Array(4).fill(value);
      return bootstrapInterval(withoutUndefined({ values, groups: four, range }));
    };
    expect(of(0, [0, 1])).toEqual([0, expect.closeTo(0.6576, 4)]);
    expect(of(1, [0, 1])).toEqual([expect.closeTo(0.3424, 4), 1]);
    expect(of(600, [0, 600])).toEqual([expect.closeTo(600 * 0.3424, 1), 600]);
    expect(of(0.2, [0, 1])).toEqual([0.2, 0.2]);
    expect(of(1)).toEqual([1, 1]);
  });

  test("is that of values all alike also where sums of them differ in their last digits", () => {
    const values = new Float64Array(30).fill(0.7);
    const groups = Uint32Array.from(values, (_, i) => Math.floor(Math.sqrt(i)));
    const [low = 0, high] = bootstrapInterval({ values, groups, range: [0, 0.7] }) ?? [];
    expect(low).toBeCloseTo(0.7 * 0.6097, 4);
    expect(high).toBe(0.7);
  });

  test("refuses lengths that differ, no resamples and a seed that is none", () => {
    const values = Float64Array.of(1, 0);
    const two = Uint32Array.of(0, 1);
    expect(() => bootstrapInterval({ values, groups: Uint32Array.of(0) })).toThrow(
      new RangeError("Expected one of each per query, found 2 values and 1 groups."),
    );
    expect(() => bootstrapInterval({ values, groups: two, resamples: 0 })).toThrow(RangeError);
    expect(() => bootstrapInterval({ values, groups: two, seed: -1 })).toThrow(RangeError);
  });

  test("refuses values that have no mean: the rank of what was not retrieved", () => {
    const values = Float64Array.of(1, Number.POSITIVE_INFINITY);
    const two = Uint32Array.of(0, 1);
    const message = "must be finite, or NaN to leave a query out; found Infinity for query 1.";
    expect(() => bootstrapInterval({ values, groups: two })).toThrow(RangeError);
    expect(() => bootstrapInterval({ values, groups: two })).toThrow(message);
    const both = { start: values, candidate: values, groups: two };
    expect(() => pairedInterval(both)).toThrow(message);
  });
});

describe("pairedInterval", () => {
  test("is numpy's interval of the mean difference, up to chance", () => {
    const [low, high] = pairedInterval({ start, candidate, groups, resamples: 50_000 }) ?? [];
    expect(low).toBeCloseTo(fixture.pairedInterval[0] ?? Number.NaN, 2);
    expect(high).toBeCloseTo(fixture.pairedInterval[1] ?? Number.NaN, 2);
  });

  test("is a point for a constant gain, which no interval of either side is", () => {
    const better = start.map((value) => value + 0.25);
    const [low = 0, high = 0] = pairedInterval({ start, candidate: better, groups }) ?? [];
    expect([low, high]).toEqual([expect.closeTo(0.25, 12), expect.closeTo(0.25, 12)]);
  });

  test("refuses runs over different queries", () => {
    const pair = () => pairedInterval({ start, candidate: Float64Array.of(1), groups });
    expect(pair).toThrow("found 150 start and 1 candidate");
  });
});

test("quantile interpolates as numpy does", () => {
  const sorted = fixture.list.toSorted((a, b) => a - b);
  const found = fixture.shares.map((share) => quantile(sorted, share));
  expect(found).toEqual(fixture.quantiles.map((value) => expect.closeTo(value, 14)));
});

function widthOf(values: Float64Array, clusters: Uint32Array): number {
  const [low, high] = bootstrapInterval({ values, groups: clusters }) ?? [0, 0];
  return high - low;
}
