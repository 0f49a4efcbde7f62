import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dependsOnTies, queryMetrics } from "./query-metrics.ts";
import { tieGroups } from "./tie-groups.ts";

interface Query {
  readonly scores: readonly number[];
  /** Of every item; 0 is not relevant. */
  readonly grades: readonly number[];
}

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
  const items = fc.array(fc.tuple(fc.nat(2), fc.constantFrom(0, 0, 1, 1, 3)), {
    minLength: 1,
    maxLength: 6,
  });
  const queries = items
    .map((pairs) => ({ scores: pairs.map(([score]) => score), grades: pairs.map(([, g]) => g) }))
    .filter(({ grades }) => Math.max(...grades) > 0);

  test("each metric is the mean over all orders, each as likely", () => {
    fc.assert(
      fc.property(queries, fc.integer({ min: 1, max: 8 }), (query, k) => {
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
      fc.property(queries, (query) => {
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

// The textbook definitions on one list, written plainly.
function measureOrder(order: readonly number[], k: number): Record<string, number> {
  const top = order.slice(0, k);
  const relevant = countRelevant(order);
  const first = order.findIndex((grade) => grade > 0) + 1;
  const best = order.toSorted((a, b) => b - a).slice(0, k);
  return {
    rank: first,
    rprecision: countRelevant(order.slice(0, relevant)) / relevant,
    mapr: sum(precisions(order.slice(0, relevant))) / relevant,
    [`hit@${k}`]: countRelevant(top) > 0 ? 1 : 0,
    [`recall@${k}`]: countRelevant(top) / relevant,
    [`precision@${k}`]: countRelevant(top) / k,
    [`mrr@${k}`]: first <= k ? 1 / first : 0,
    [`map@${k}`]: sum(precisions(top)) / relevant,
    [`ndcg@${k}`]: discounted(top) / discounted(best),
    [`ndcg-exp@${k}`]: discounted(top.map(burges)) / discounted(best.map(burges)),
  };
}

function countRelevant(grades: readonly number[]): number {
  return grades.filter((grade) => grade > 0).length;
}

// At the relevant places.
function precisions(grades: readonly number[]): number[] {
  return grades.map((grade, i) =>
    grade > 0 ? countRelevant(grades.slice(0, i + 1)) / (i + 1) : 0,
  );
}

function burges(grade: number): number {
  return 2 ** grade - 1;
}

function discounted(gains: readonly number[]): number {
  return sum(gains.map((gain, i) => gain / Math.log2(i + 2)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
