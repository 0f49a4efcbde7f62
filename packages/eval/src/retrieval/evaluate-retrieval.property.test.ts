import {
  compareTrecIds,
  createRandom,
  type EncodedPairs,
  orderTies,
  queryMetrics,
  scoreRows,
  type TieMode,
  tieGroups,
  toEmbeddings,
} from "@semblance/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluateRetrieval } from "./evaluate-retrieval.ts";
import type { Direction, Evaluation } from "./evaluation.ts";
import { queryResult } from "./query-columns.ts";

const modes: readonly TieMode[] = ["expected", "trec", "pessimistic", "optimistic"];
const dot = { similarity: "dot", confidence: false, cutoffs: [1, 3, 10] } as const;

interface Shape {
  readonly texts: number;
  readonly images: number;
  /** Share of all pairs that are relevant. */
  readonly density: number;
  readonly seed: number;
  /** How many values a coordinate can have: of few come many ties. @defaultValue 4 */
  readonly levels?: number;
}

function randomPairs({ texts, images, density, seed, levels = 4 }: Shape): EncodedPairs {
  const random = createRandom(seed);
  const rows = (count: number) =>
    toEmbeddings(
      Float32Array.from({ length: count * 2 }, () => Math.floor(random() * levels)),
      2,
    );
  const judgements = [{ text: 0, image: 0, relevance: 1 }];
  for (let text = 0; text < texts; text++) {
    for (let image = 0; image < images; image++) {
      if (random() < density) judgements.push({ text, image, relevance: 1 + (seed % 2) * text });
    }
  }
  return { text: rows(texts), image: rows(images), judgements };
}

const shapes = fc.record({
  texts: fc.integer({ min: 1, max: 90 }),
  images: fc.integer({ min: 1, max: 90 }),
  density: fc.constantFrom(0.01, 0.1, 0.7),
  seed: fc.nat(1000),
  levels: fc.constantFrom(4, 1000),
});

const idsOf = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, row) => `${prefix}${(row * 7919) % 1009}`);

/** One query after the other, from all its scores: the long way. */
function measureSlowly(pairs: EncodedPairs, direction: Direction, ties: TieMode) {
  const [query, found] =
    direction === "t2i" ? (["text", "image"] as const) : (["image", "text"] as const);
  const gallery = pairs[found];
  const ids = idsOf(gallery.count, found);
  const compareTies = (a: number, b: number) => compareTrecIds(ids[a] ?? "", ids[b] ?? "");
  return Array.from({ length: pairs[query].count }, (_, row) => {
    const own = pairs.judgements.filter((judgement) => judgement[query] === row);
    const grades = new Map<number, number>();
    for (const judgement of own) {
      const grade = Math.max(judgement.relevance, grades.get(judgement[found]) ?? 0);
      grades.set(judgement[found], grade);
    }
    const scores = scoreRows({ queries: pairs[query], from: row, to: row + 1, gallery });
    const groups = tieGroups(scores, [...grades.keys()]);
    const ordered = orderTies({ groups, grades, ties, scores, compareTies });
    const hits = Array.from(scores, (score, at) => ({ row: at, score }));
    hits.sort((a, b) => b.score - a.score || a.row - b.row);
    const { cutoffs } = dot;
    return { row, metrics: queryMetrics({ groups: ordered, grades, cutoffs }), hits, grades };
  }).filter(({ grades }) => grades.size > 0);
}

// Infinity where names differ.
function largestDifference(
  found: Readonly<Record<string, number>>,
  expected: Readonly<Record<string, number>>,
): number {
  const names = new Set([...Object.keys(found), ...Object.keys(expected)]);
  const missing = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const;
  return Math.max(
    ...Array.from(names, (name) =>
      Math.abs((found[name] ?? missing[0]) - (expected[name] ?? missing[1])),
    ),
  );
}

test.each(modes)("equals measuring query after query from sorted scores (%s)", async (ties) => {
  await fc.assert(
    fc.asyncProperty(shapes, async (shape) => {
      const pairs = randomPairs(shape);
      const ids = { text: idsOf(shape.texts, "text"), image: idsOf(shape.images, "image") };
      const evaluation = await evaluateRetrieval(pairs, { ...dot, ties, ids, topHits: 4 });
      for (const direction of ["t2i", "i2t"] as const) {
        const slow = measureSlowly(pairs, direction, ties);
        expect([...evaluation.queries[direction].rows]).toEqual(slow.map(({ row }) => row));
        for (const [i, { metrics, hits }] of slow.entries()) {
          const found = queryResult(evaluation, direction, i);
          expect(largestDifference(found.metrics, metrics), `${direction} ${i}`).toBeLessThan(
            1e-12,
          );
          expect(found.hits).toEqual(hits.slice(0, 4));
        }
      }
    }),
    { seed: 1, numRuns: 15 },
  );
});

test.each(["expected", "trec"] as const)(
  "the same holds for more rows than a tile has (%s)",
  async (ties) => {
    const shape = { texts: 1000, images: 300, density: 0.01, seed: 2, levels: 20 };
    const pairs = randomPairs(shape);
    const ids = { text: idsOf(shape.texts, "text"), image: idsOf(shape.images, "image") };
    const { queries } = await evaluateRetrieval(pairs, { ...dot, ties, ids });
    for (const direction of ["t2i", "i2t"] as const) {
      const slow = measureSlowly(pairs, direction, ties);
      for (const name of ["rank", "map@10"]) {
        const expected = slow.map(({ metrics }) => metrics[name]);
        expect(Array.from(queries[direction].metrics[name] ?? []), name).toEqual(expected);
      }
    }
  },
);

describe("metrics do not depend on", () => {
  const shuffled = (count: number, seed: number) => {
    const random = createRandom(seed);
    const keys = Array.from({ length: count }, () => random());
    return keys.map((_, row) => row).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
  };

  // Row i of the result is row order[i] of the original.
  function permute(pairs: EncodedPairs, textOrder: number[], imageOrder: number[]): EncodedPairs {
    const rows = ({ data, dimension }: EncodedPairs["text"], order: number[]) => {
      const permuted = order.flatMap((row) => [
        ...data.subarray(row * dimension, (row + 1) * dimension),
      ]);
      return toEmbeddings(Float32Array.from(permuted), dimension);
    };
    return {
      text: rows(pairs.text, textOrder),
      image: rows(pairs.image, imageOrder),
      judgements: pairs.judgements.map(({ text, image, relevance }) => ({
        text: textOrder.indexOf(text),
        image: imageOrder.indexOf(image),
        relevance,
      })),
    };
  }

  test("the order of texts and of images", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const pairs = randomPairs(shape);
        const other = permute(pairs, shuffled(shape.texts, 1), shuffled(shape.images, 2));
        expectSame(await evaluateRetrieval(other, dot), await evaluateRetrieval(pairs, dot));
      }),
      { seed: 1, numRuns: 15 },
    );
  });

  test("how often a judgement is repeated", async () => {
    const pairs = randomPairs({ texts: 20, images: 10, density: 0.2, seed: 4 });
    const judgements = [...pairs.judgements, ...pairs.judgements.toReversed()];
    expectSame(
      await evaluateRetrieval({ ...pairs, judgements }, dot),
      await evaluateRetrieval(pairs, dot),
    );
  });
});

function expectSame(found: Evaluation, expected: Evaluation): void {
  expect(Object.keys(found.metrics)).toEqual(Object.keys(expected.metrics));
  for (const [key, { value, n }] of Object.entries(expected.metrics)) {
    expect(found.metrics[key]?.value, key).toBeCloseTo(value, 10);
    expect(found.metrics[key]?.n, key).toBe(n);
  }
  expect(found.ties).toEqual(expected.ties);
}

test("asking two sets of queries of one gallery together gives the mean over both", async () => {
  const pairs = randomPairs({ texts: 60, images: 30, density: 0.1, seed: 6 });
  const part = (keep: (text: number) => boolean) =>
    evaluateRetrieval(
      { ...pairs, judgements: pairs.judgements.filter(({ text }) => keep(text)) },
      dot,
    );
  const whole = await evaluateRetrieval(pairs, dot);
  const parts = [await part((text) => text < 20), await part((text) => text >= 20)];
  for (const [key, { value, n }] of Object.entries(whole.metrics)) {
    if (!key.startsWith("t2i.") || key.endsWith("medr")) continue;
    const sums = parts.map(({ metrics }) => (metrics[key]?.value ?? 0) * (metrics[key]?.n ?? 0));
    expect(sums.reduce((a, b) => a + b) / n, key).toBeCloseTo(value, 12);
  }
});

test("the first hits of a longer list are those of a shorter one", async () => {
  const pairs = randomPairs({ texts: 40, images: 70, density: 0.1, seed: 8 });
  const long = await evaluateRetrieval(pairs, { ...dot, topHits: 25 });
  for (const topHits of [0, 1, 5, 24]) {
    const short = await evaluateRetrieval(pairs, { ...dot, topHits });
    for (let i = 0; i < 40; i++) {
      const { hits } = queryResult(long, "t2i", i);
      expect(queryResult(short, "t2i", i).hits).toEqual(hits.slice(0, topHits));
    }
  }
});

test("no order of ties is worse than the pessimistic or better than the optimistic", async () => {
  const pairs = randomPairs({ texts: 80, images: 60, density: 0.1, seed: 10 });
  const found = await Promise.all(modes.map((ties) => evaluateRetrieval(pairs, { ...dot, ties })));
  const [expected, trec, worst, best] = found.map(({ metrics }) => metrics);
  for (const key of Object.keys(expected ?? {})) {
    const sign = key.endsWith("medr") || key.endsWith("meanr") ? -1 : 1;
    const low = sign * (worst?.[key]?.value ?? 0) - 1e-12;
    const high = sign * (best?.[key]?.value ?? 0) + 1e-12;
    for (const metrics of [expected, trec]) {
      expect(sign * (metrics?.[key]?.value ?? 0), key).toBeGreaterThanOrEqual(low);
      expect(sign * (metrics?.[key]?.value ?? 0), key).toBeLessThanOrEqual(high);
    }
  }
});
