import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { measureOrder, type Query } from "../fixtures/measure-order.ts";
import { dependsOnTies, metricNames, queryMetrics, writeQueryMetrics } from "./query-metrics.ts";
import { tieGroups } from "./tie-groups.ts";

// Few items with few scores, so that ties are common.
const drawnQueries: fc.Arbitrary<Query> = fc
  .array(fc.tuple(fc.nat(2), fc.constantFrom(0, 0, 1, 1, 3)), { minLength: 1, maxLength: 6 })
  .map((items) => ({ scores: items.map(([s]) => s), grades: items.map(([, g]) => g) }))
  .filter(({ grades }) => Math.max(...grades) > 0);

function rank({ scores, grades }: Query) {
  const relevant = Array.from(grades.keys()).filter((item) => (grades[item] ?? 0) > 0);
  return {
    groups: tieGroups(Float32Array.from(scores), relevant),
    grades: new Map(relevant.map((item) => [item, grades[item] ?? 0])),
  };
}

function measure(query: Query, ...cutoffs: number[]): Record<string, number> {
  return queryMetrics({ ...rank(query), cutoffs });
}

describe("against every order of the ties", () => {
  test("each metric is the mean over all orders, each as likely", () => {
    fc.assert(
      fc.property(drawnQueries, fc.integer({ min: 1, max: 8 }), (query, k) => {
        const found = measure(query, k);
        const expected = meanOverOrders(query, k);
        expect(Object.keys(found)).toEqual(Object.keys(expected));
        for (const [name, value] of Object.entries(expected)) {
          expect(found[name], name).toBeCloseTo(value, 12);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test("ties matter exactly where orders differ at some cut-off", () => {
    fc.assert(
      fc.property(drawnQueries, (query) => {
        const { groups, grades } = rank(query);
        const lists = new Set(ordersOf(query).map((order) => order.join()));
        expect(dependsOnTies(groups, grades)).toBe(lists.size > 1);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

describe("by hand", () => {
  test("a scorer that scores 4 items alike, 1 of them relevant, is at chance", () => {
    const found = measure({ scores: [1, 1, 1, 1], grades: [0, 1, 0, 0] }, 1, 2);
    expect(found).toMatchObject({ rank: 2.5, "hit@1": 0.25, "hit@2": 0.5, "recall@2": 0.5 });
    expect(found["mrr@2"]).toBeCloseTo((1 + 1 / 2) / 4, 15);
    expect(found["ndcg@2"]).toBeCloseTo((1 + 1 / Math.log2(3)) / 4, 15);
  });

  test("relevant items at places 2 and 4 of 5", () => {
    const found = measure({ scores: [5, 4, 3, 2, 1], grades: [0, 1, 0, 1, 0] }, 3, 5);
    expect(found).toMatchObject({ rank: 2, "hit@3": 1, "recall@3": 0.5, "mrr@3": 0.5 });
    expect(found["precision@3"]).toBeCloseTo(1 / 3, 15);
    expect(found["map@3"]).toBeCloseTo(1 / 2 / 2, 15);
    expect(found["map@5"]).toBeCloseTo((1 / 2 + 2 / 4) / 2, 15);
  });

  test("grades 1 and 3 in the wrong order have linear gains", () => {
    const found = measure({ scores: [3, 2, 1], grades: [1, 3, 0] }, 2);
    const third = 1 / Math.log2(3);
    expect(found["ndcg@2"]).toBeCloseTo((1 + 3 * third) / (3 + third), 15);
  });

  test("grades too high or too low for 2^grade still have exponential gains", () => {
    const third = 1 / Math.log2(3);
    const ofGrades = (...grades: number[]) => {
      const scores = grades.map((_, i) => -i);
      return measure({ scores, grades }, 2)["ndcg-exp@2"];
    };
    expect(ofGrades(1999, 2000)).toBeCloseTo((0.5 + third) / (1 + 0.5 * third), 15);
    expect(ofGrades(1023, 1023, 1023)).toBe(1);
    expect(ofGrades(1, 5000)).toBeCloseTo(third, 15);
    expect(ofGrades(1e-20, 2e-20)).toBeCloseTo((1 + 2 * third) / (2 + third), 12);
  });

  test("precision divides by a cut-off beyond the gallery", () => {
    expect(measure({ scores: [1], grades: [1] }, 4)["precision@4"]).toBe(0.25);
  });

  test("a large tie keeps its precision", () => {
    const scores = Array<number>(100_000).fill(0);
    const found = measure({ scores, grades: scores.map((_, i) => (i < 5 ? 1 : 0)) }, 10);
    expect(found["hit@10"]).toBeCloseTo(4.9991e-4, 8);
    expect(found.rank).toBeCloseTo(100_001 / 6, 6);
  });
});

describe("items that were not retrieved", () => {
  const grades = new Map([
    [0, 1],
    [7, 3],
  ]);

  test("count as relevant", () => {
    const groups = [{ above: 1, size: 1, relevant: [0] }];
    const found = queryMetrics({ groups, grades, cutoffs: [2] });
    const third = 1 / Math.log2(3);
    expect(found).toMatchObject({ rank: 2, rprecision: 0.5, mapr: 0.25, "recall@2": 0.5 });
    expect(found["map@2"]).toBe(0.25);
    expect(found["ndcg@2"]).toBeCloseTo(third / (3 + third), 15);
    expect(found["ndcg-exp@2"]).toBeCloseTo(third / (7 + third), 15);
  });

  test("leave nothing but an infinite rank when there are no others", () => {
    const { rank, ...others } = queryMetrics({ groups: [], grades, cutoffs: [1, 5] });
    expect(rank).toBe(Number.POSITIVE_INFINITY);
    expect(new Set(Object.values(others))).toEqual(new Set([0]));
  });
});

test("a row of a table holds the metrics in the order of their names", () => {
  const options = { ...rank({ scores: [1, 2, 2], grades: [3, 0, 1] }), cutoffs: [2, 1] };
  const names = metricNames(options.cutoffs);
  const table = new Float64Array(2 * names.length).fill(-1);
  writeQueryMetrics(options, table.subarray(names.length));
  expect(table.subarray(0, names.length).every((value) => value === -1)).toBe(true);
  const written = names.map((name, i) => [name, table[names.length + i]]);
  expect(Object.fromEntries(written)).toEqual(queryMetrics(options));
});

test.each([[[0]], [[1.5]], [[1, 5, 1]]])("cut-offs %j are refused", (cutoffs) => {
  expect(() => metricNames(cutoffs)).toThrow(RangeError);
});

function meanOverOrders(query: Query, k: number): Record<string, number> {
  const orders = ordersOf(query).map((order) => measureOrder(order, k));
  const sums: Record<string, number> = {};
  for (const metrics of orders) {
    for (const [name, value] of Object.entries(metrics)) sums[name] = (sums[name] ?? 0) + value;
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / orders.length]));
}

// The grades in every order that has the scores descending.
function ordersOf({ scores, grades }: Query): number[][] {
  const orders: number[][] = [];
  const extend = (chosen: readonly number[], left: readonly number[]): void => {
    if (left.length === 0) orders.push(chosen.map((item) => grades[item] ?? 0));
    const best = Math.max(...left.map((item) => scores[item] ?? 0));
    for (const item of left) {
      if (scores[item] !== best) continue;
      extend(
        [...chosen, item],
        left.filter((other) => other !== item),
      );
    }
  };
  extend([], Array.from(scores.keys()));
  return orders;
}
