import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { measureOrder, type Query } from "../fixtures/measure-order.ts";
import { compareTrecIds, orderTies, type TieMode } from "./order-ties.ts";
import { queryMetrics } from "./query-metrics.ts";
import { tieGroups } from "./tie-groups.ts";

// Few items with few scores, so that ties are common.
const drawnQueries: fc.Arbitrary<Query> = fc
  .array(fc.tuple(fc.nat(2), fc.constantFrom(0, 0, 1, 1, 3)), { minLength: 1, maxLength: 6 })
  .map((items) => ({ scores: items.map(([s]) => s), grades: items.map(([, g]) => g) }))
  .filter(({ grades }) => Math.max(...grades) > 0);

interface Measurement extends Query {
  readonly ties: TieMode;
  readonly ids?: readonly string[];
  readonly k: number;
}

function measure({ scores, grades, ties, ids, k }: Measurement): Record<string, number> {
  const relevant = Array.from(grades.keys()).filter((item) => (grades[item] ?? 0) > 0);
  const gradeOf = new Map(relevant.map((item) => [item, grades[item] ?? 0]));
  const all = Float32Array.from(scores);
  const options = { groups: tieGroups(all, relevant), grades: gradeOf, ties, scores: all };
  const compareTies = (a: number, b: number) => compareTrecIds(ids?.[a] ?? "", ids?.[b] ?? "");
  const groups = orderTies(ids ? { ...options, compareTies } : options);
  return queryMetrics({ groups, grades: gradeOf, cutoffs: [k] });
}

// The grades in the order that sorting gives.
function sortItems({ scores, grades }: Query, compare: (a: number, b: number) => number): number[] {
  const items = Array.from(grades.keys());
  items.sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || compare(a, b));
  return items.map((item) => grades[item] ?? 0);
}

function expectSame(found: Record<string, number>, expected: Record<string, number>): void {
  expect(Object.keys(found)).toEqual(Object.keys(expected));
  for (const [name, value] of Object.entries(expected)) {
    expect(found[name], name).toBeCloseTo(value, 12);
  }
}

const cutoff = fc.integer({ min: 1, max: 8 });
const runs = { seed: 1, numRuns: 300 };

describe("metrics are those of the one list that sorting gives", () => {
  test.each([
    ["pessimistic", 1],
    ["optimistic", -1],
  ] as const)("with ties %s", (ties, sign) => {
    const property = fc.property(drawnQueries, cutoff, (query, k) => {
      const byGrade = (a: number, b: number) =>
        sign * ((query.grades[a] ?? 0) - (query.grades[b] ?? 0));
      expectSame(measure({ ...query, ties, k }), measureOrder(sortItems(query, byGrade), k));
    });
    fc.assert(property, runs);
  });

  test("with ties in trec_eval's order, by row or by id", () => {
    const property = fc.property(drawnQueries, cutoff, (query, k) => {
      const ids = ["b", "ab", "a", "d", "é", "c"];
      const byRow = sortItems(query, (a, b) => a - b);
      const byId = sortItems(query, (a, b) => ((ids[a] ?? "") < (ids[b] ?? "") ? 1 : -1));
      expectSame(measure({ ...query, ties: "trec", k }), measureOrder(byRow, k));
      expectSame(measure({ ...query, ties: "trec", k, ids }), measureOrder(byId, k));
    });
    fc.assert(property, runs);
  });
});

test("pessimistic is worst and optimistic best, with expected and trec between them", () => {
  const property = fc.property(drawnQueries, cutoff, (query, k) => {
    const [worst, best] = (["pessimistic", "optimistic"] as const).map((ties) =>
      measure({ ...query, ties, k }),
    );
    for (const ties of ["expected", "trec"] as const) {
      for (const [name, value] of Object.entries(measure({ ...query, ties, k }))) {
        const [low, high] = name === "rank" ? [best, worst] : [worst, best];
        expect(value, name).toBeGreaterThanOrEqual((low?.[name] ?? Number.NaN) - 1e-12);
        expect(value, name).toBeLessThanOrEqual((high?.[name] ?? Number.NaN) + 1e-12);
      }
    }
  });
  fc.assert(property, runs);
});

test("a scorer that scores all alike finds nothing, pessimistically, and all, optimistically", () => {
  const query = { scores: [1, 1, 1, 1], grades: [0, 1, 0, 3], k: 2 };
  expect(measure({ ...query, ties: "pessimistic" })).toMatchObject({ rank: 3, "hit@2": 0 });
  expect(measure({ ...query, ties: "optimistic" })).toMatchObject({ "ndcg@2": 1, "map@2": 1 });
});

test("ids are ordered as their UTF-8 bytes, last first", () => {
  const bytes = new TextEncoder();
  const lastFirst = (a: string, b: string): number => {
    const [left, right] = [bytes.encode(a), bytes.encode(b)];
    const at = left.findIndex((byte, i) => byte !== right[i]);
    return at < 0 ? right.length - left.length : (right[at] ?? -1) - (left[at] ?? -1);
  };
  const character = fc.constantFrom("a", "b", "é", "\uffee", "\u{1f600}", "\u{1f431}");
  const ids = fc.string({ unit: character, maxLength: 4 });
  const property = fc.property(ids, ids, (a, b) => {
    expect(Math.sign(compareTrecIds(a, b))).toBe(Math.sign(lastFirst(a, b)));
  });
  fc.assert(property, { seed: 1 });
  expect(["d1", "d10", "d9"].sort(compareTrecIds)).toEqual(["d9", "d10", "d1"]);
});
