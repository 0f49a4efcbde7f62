import {
  bootstrapInterval,
  createRandom,
  type EncodedPairs,
  metricNames,
  toEmbeddings,
} from "@semblance/core";
import { describe, expect, test } from "vitest";
import trec from "../fixtures/trec-eval.json" with { type: "json" };
import { evaluateRetrieval } from "./evaluate-retrieval.ts";
import { queryResult } from "./query-columns.ts";

// With one-hot texts, an image's coordinates are its scores.
function pairsOf(scores: readonly number[][], grades: readonly number[][]): EncodedPairs {
  const texts = scores.length;
  const images = scores[0]?.length ?? 0;
  const text = new Float32Array(texts * texts);
  for (let row = 0; row < texts; row++) text[row * texts + row] = 1;
  const image = Float32Array.from({ length: images * texts }, (_, at) => {
    return scores[at % texts]?.[Math.floor(at / texts)] ?? 0;
  });
  const judgements = grades.flatMap((row, query) =>
    row.map((relevance, item) => ({ text: query, image: item, relevance })),
  );
  return { text: toEmbeddings(text, texts), image: toEmbeddings(image, texts), judgements };
}

// Texts 0 and 1 belong to image 0, text 2 to image 1, image 2 to nothing.
const small = pairsOf(
  [
    [3, 2, 1],
    [1, 3, 2],
    [2, 2, 2],
  ],
  [
    [1, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
  ],
);
const dot = { similarity: "dot", confidence: false } as const;

describe("metrics", () => {
  test.each(["t2i", "i2t"] as const)(
    "equal trec_eval's, query by query (%s)",
    async (direction) => {
      const pairs = pairsOf(trec.scores, trec.grades);
      const { queries } = await evaluateRetrieval(pairs, { ...dot, cutoffs: trec.cutoffs });
      const expected = new Map(Object.entries(trec[direction]));
      const { rows, metrics } = queries[direction];
      expect(Array.from(rows, String)).toEqual([...expected.keys()]);
      for (const [i, row] of rows.entries()) {
        for (const [name, value] of Object.entries(expected.get(String(row)) ?? {})) {
          expect(metrics[name]?.[i], `${row} ${name}`).toBeCloseTo(value, 12);
        }
      }
    },
  );

  test("are means over the queries that have something to find, worked by hand", async () => {
    const { metrics, ties, withoutRelevant } = await evaluateRetrieval(small, dot);
    // Ranks: text 0 finds its image at 1, text 1 at 3, text 2 at 1, 2 or 3.
    expect(metrics["t2i.hit@1"]).toEqual({ value: expect.closeTo(4 / 9, 12), n: 3 });
    expect(metrics["t2i.meanr"]).toEqual({ value: 2, n: 3 });
    expect(metrics["t2i.medr"]).toEqual({ value: 2, n: 3 });
    // Image 0 finds text 0 at 1 and text 1 at 3; image 1 finds text 2 at 2 or 3.
    expect(metrics["i2t.hit@1"]).toEqual({ value: 0.5, n: 2 });
    expect(metrics["i2t.meanr"]).toEqual({ value: (1 + 2.5) / 2, n: 2 });
    expect(metrics["i2t.precision@5"]?.value).toBeCloseTo((2 / 5 + 1 / 5) / 2, 15);
    expect(metrics.rsum).toEqual({ value: expect.closeTo(100 * (4 / 9 + 0.5 + 4), 12), n: 5 });
    expect(metrics.gmean).toEqual({ value: expect.closeTo((4 / 9 / 2) ** (1 / 6), 12), n: 5 });
    expect(ties).toEqual({ t2i: { queries: 1 }, i2t: { queries: 1 } });
    expect(withoutRelevant).toEqual({ t2i: 0, i2t: 1 });
  });

  test("of a scorer that scores all alike are chance", async () => {
    const pairs = {
      text: toEmbeddings(new Float32Array(2 * 100).fill(1), 2),
      image: toEmbeddings(new Float32Array(2 * 50).fill(1), 2),
      judgements: Array.from({ length: 100 }, (_, text) => ({
        text,
        image: text >> 1,
        relevance: 1,
      })),
    };
    const { metrics, ties } = await evaluateRetrieval(pairs);
    expect(metrics["t2i.hit@5"]?.value).toBeCloseTo(5 / 50, 12);
    expect(metrics["i2t.recall@10"]?.value).toBeCloseTo(10 / 100, 12);
    expect(metrics["t2i.medr"]?.value).toBe(51 / 2);
    expect(metrics["i2t.meanr"]?.value).toBeCloseTo(101 / 3, 12);
    expect(ties).toEqual({ t2i: { queries: 100 }, i2t: { queries: 50 } });
  });

  test("have the keys of the cut-offs asked for, and rsum and gmean only with 1, 5 and 10", async () => {
    const { metrics } = await evaluateRetrieval(small, { ...dot, cutoffs: [2, 2] });
    const names = metricNames([2]).map((name) => (name === "rank" ? "meanr" : name));
    const keys = [...names, "medr"].flatMap((name) => [`t2i.${name}`, `i2t.${name}`]);
    expect(Object.keys(metrics).sort()).toEqual(keys.sort());
  });
});

describe("similarity", () => {
  const pairs: EncodedPairs = {
    text: toEmbeddings(Float32Array.of(1, 0), 2),
    image: toEmbeddings(Float32Array.of(0.5, 0, 3, 4), 2),
    judgements: [{ text: 0, image: 0, relevance: 1 }],
  };

  test("is the cosine of copies by default", async () => {
    const evaluation = await evaluateRetrieval(pairs, { topHits: 2 });
    const hits = [
      { row: 0, score: 1 },
      { row: 1, score: Math.fround(0.6) },
    ];
    expect(queryResult(evaluation, "t2i", 0).hits).toEqual(hits);
    expect(pairs.image.data[0]).toBe(0.5);
  });

  test("is the dot product when asked", async () => {
    const evaluation = await evaluateRetrieval(pairs, { similarity: "dot", topHits: 1 });
    const first = queryResult(evaluation, "t2i", 0);
    expect(first).toMatchObject({ hits: [{ row: 1, score: 3 }], metrics: { rank: 2 } });
  });
});

describe("ties", () => {
  const same: EncodedPairs = {
    text: toEmbeddings(Float32Array.of(1), 1),
    image: toEmbeddings(new Float32Array(4).fill(1), 1),
    judgements: [{ text: 0, image: 1, relevance: 1 }],
  };
  const ids = { text: ["t"], image: ["a", "b", "c", "d"] };

  test.each([
    ["expected", 2.5],
    ["pessimistic", 4],
    ["optimistic", 1],
    ["trec", 3],
  ] as const)("in %s order put the second of four equal images at %d", async (ties, rank) => {
    const { metrics, ties: counted } = await evaluateRetrieval(same, { ties, ids });
    expect(metrics["t2i.meanr"]?.value).toBe(rank);
    expect(counted.t2i.queries).toBe(1);
  });

  test("in trec order go by row where there are no ids", async () => {
    const { metrics } = await evaluateRetrieval(same, { ties: "trec" });
    expect(metrics["t2i.meanr"]?.value).toBe(2);
  });
});

test("hubs are told of both galleries", async () => {
  const { hubness } = await evaluateRetrieval(small, dot);
  // Galleries of 3 have no eleventh row: every row is among the 3 best of every query that counts.
  expect(hubness).toEqual({
    t2i: { k: 3, skewness: 0, antiHubs: 0, largest: 3 },
    i2t: { k: 3, skewness: 0, antiHubs: 0, largest: 2 },
  });
});

describe("intervals", () => {
  const random = createRandom(1);
  const noise = (rows: number) => Float32Array.from({ length: rows * 8 }, () => random() - 0.5);
  const pairs: EncodedPairs = {
    text: toEmbeddings(noise(200), 8),
    image: toEmbeddings(noise(40), 8),
    judgements: Array.from({ length: 200 }, (_, text) => ({
      text,
      image: text % 40,
      relevance: 1,
    })),
  };

  test("hold every mean between them, and rsum, but not the median", async () => {
    const { metrics } = await evaluateRetrieval(pairs, { confidence: { resamples: 500 } });
    for (const [key, { value, ci95 }] of Object.entries(metrics)) {
      if (key.endsWith("medr")) expect(ci95).toBeUndefined();
      else expect(ci95?.[0], key).toBeLessThanOrEqual(value);
      if (ci95) expect(ci95[1], key).toBeGreaterThanOrEqual(value);
    }
    expect(metrics.rsum?.ci95?.[0]).toBeLessThan(metrics.rsum?.value ?? 0);
  });

  test("are those of bootstrapInterval over the clusters", async () => {
    const { metrics, queries } = await evaluateRetrieval(pairs, { confidence: { seed: 5 } });
    const values = queries.t2i.metrics["mrr@10"] ?? new Float64Array();
    const groups = queries.t2i.rows.map((row) => row % 40);
    const [low, high] = bootstrapInterval({ values, groups, seed: 5 }) ?? [];
    expect(metrics["t2i.mrr@10"]?.ci95).toEqual(
      [low, high].map((end) => expect.closeTo(end ?? 0, 12)),
    );
  });

  test("repeat with the seed and can be left out", async () => {
    const confidence = { resamples: 100, seed: 3 };
    const first = await evaluateRetrieval(pairs, { confidence });
    expect(await evaluateRetrieval(pairs, { confidence })).toEqual(first);
    const without = await evaluateRetrieval(pairs, { confidence: false });
    expect(Object.values(without.metrics).some(({ ci95 }) => ci95)).toBe(false);
  });

  test("do not exist for a single cluster", async () => {
    const one = pairsOf([[1, 2]], [[1, 1]]);
    const { metrics } = await evaluateRetrieval(one);
    expect(metrics["t2i.hit@1"]).toEqual({ value: 1, n: 1 });
  });
});

describe("the result", () => {
  test("survives JSON but for its columns, which give each query with its relevant rows and hits", async () => {
    const evaluation = await evaluateRetrieval(small, { similarity: "dot", topHits: 2 });
    const { queries, ...report } = evaluation;
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    expect([...queries.t2i.rows]).toEqual([0, 1, 2]);
    expect(queryResult(evaluation, "i2t", 0)).toMatchObject({
      query: 0,
      cluster: queries.t2i.clusters[1],
      relevant: [0, 1],
      grades: [1, 1],
      hits: [
        { row: 0, score: 3 },
        { row: 2, score: 2 },
      ],
    });
  });

  test("has no query beyond those that count", async () => {
    const evaluation = await evaluateRetrieval(small, dot);
    expect(() => queryResult(evaluation, "i2t", 2)).toThrow(
      "There are 2 i2t queries, asked for 2.",
    );
  });

  test("does not depend on the order of rows", async () => {
    const pairs = pairsOf(trec.scores, trec.grades);
    const reversed = pairsOf(
      trec.scores.map((row) => row.toReversed()).reverse(),
      trec.grades.map((row) => row.toReversed()).reverse(),
    );
    const { metrics } = await evaluateRetrieval(pairs, dot);
    for (const [key, { value }] of Object.entries(
      (await evaluateRetrieval(reversed, dot)).metrics,
    )) {
      expect(value, key).toBeCloseTo(metrics[key]?.value ?? Number.NaN, 12);
    }
  });
});

describe("a long evaluation", () => {
  const long: EncodedPairs = {
    text: toEmbeddings(new Float32Array(3000).fill(1), 1),
    image: toEmbeddings(new Float32Array(2000).fill(1), 1),
    judgements: Array.from({ length: 2000 }, (_, row) => ({ text: row, image: row, relevance: 1 })),
  };

  test("reports its stages", async () => {
    const stages = new Set<string>();
    const last = new Map<string, number>();
    await evaluateRetrieval(long, {
      confidence: { resamples: 10 },
      onProgress: ({ stage, done }) => {
        stages.add(stage);
        last.set(stage, done);
      },
    });
    expect([...stages]).toEqual(["comparing texts with images", "resampling"]);
    expect(last.get("comparing texts with images")).toBe(3000);
  });

  test("ends with the signal's reason at the next pause", async () => {
    const controller = new AbortController();
    const stages: string[] = [];
    setTimeout(() => controller.abort(new Error("enough")), 0);
    const evaluation = evaluateRetrieval(long, {
      signal: controller.signal,
      onProgress: ({ stage }) => stages.push(stage),
    });
    await expect(evaluation).rejects.toThrow("enough");
    expect(stages.length).toBeLessThan(3);
  });
});

describe("refusals", () => {
  test.each([
    { cutoffs: [] },
    { cutoffs: [0] },
    { cutoffs: [1.5] },
    { topHits: -1 },
    { similarity: "euclidean" as "dot" },
    { ties: "random" as "trec" },
    { ties: "trec", ids: { image: ["a"], text: ["a"] } } as const,
    { confidence: { resamples: 0 } },
    { confidence: { seed: 0.5 } },
  ])("of %j come before any work", async (options) => {
    await expect(evaluateRetrieval(small, options)).rejects.toThrow(RangeError);
  });

  test("of embeddings that cannot be compared say which", async () => {
    const nan = toEmbeddings(Float32Array.of(1, 0, 1, Number.NaN), 2);
    await expect(evaluateRetrieval({ ...small, text: nan })).rejects.toMatchObject({
      code: "DIMENSION_MISMATCH",
    });
    await expect(
      evaluateRetrieval({ text: nan, image: nan, judgements: [] }),
    ).rejects.toMatchObject({
      code: "EMBEDDING_NOT_FINITE",
      message: "Image row 1 holds NaN, which has no rank.",
    });
  });
});

test("where every query hits, rsum has Wilson's interval of its six shares", async () => {
  const all = pairsOf(
    [0, 1, 2, 3, 4].map((text) => [0, 1, 2, 3, 4].map((image) => Number(text === image))),
    [0, 1, 2, 3, 4].map((text) => [0, 1, 2, 3, 4].map((image) => Number(text === image))),
  );
  const { metrics } = await evaluateRetrieval(all, { confidence: { resamples: 50 } });
  expect(metrics["t2i.hit@1"]?.ci95).toEqual([expect.closeTo(0.5655, 4), 1]);
  expect(metrics.rsum?.value).toBeCloseTo(600, 9);
  expect(metrics.rsum?.ci95).toEqual([expect.closeTo(600 * 0.5655, 1), 600]);
});
