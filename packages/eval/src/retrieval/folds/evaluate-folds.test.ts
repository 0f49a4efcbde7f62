import { createRandom, type EncodedPairs, selectRows, toEmbeddings } from "@semblance/core";
import { expect, test } from "vitest";
import { evaluateRetrieval } from "../evaluate-retrieval.ts";
import { queryResult } from "../query-columns.ts";
import { evaluateFolds } from "./evaluate-folds.ts";

const random = createRandom(5);
const draw = (rows: number) =>
  toEmbeddings(
    Float32Array.from({ length: rows * 4 }, () => random() - 0.5),
    4,
  );

// 12 images with two texts each; image 0 has texts 0 and 12, image 1 texts 1 and 13, and so on.
const pairs: EncodedPairs = {
  image: draw(12),
  text: draw(24),
  judgements: Array.from({ length: 24 }, (_, text) => ({ text, image: text % 12, relevance: 1 })),
};
const folds = Array.from({ length: 12 }, (_, image) => image % 3);

/** The images of one fold with their texts, by hand. */
function foldOf(fold: number): EncodedPairs {
  const images = [0, 1, 2, 3].map((i) => 3 * i + fold);
  const texts = [...images, ...images.map((image) => image + 12)];
  return {
    image: selectRows(pairs.image, images),
    text: selectRows(pairs.text, texts),
    judgements: texts.map((_, text) => ({ text, image: text % 4, relevance: 1 })),
  };
}

test("is the mean over folds that are measured one by one", async () => {
  const pooled = await evaluateFolds(pairs, { folds, cutoffs: [1, 5, 10], confidence: false });
  const apart = await Promise.all(
    [0, 1, 2].map((fold) => evaluateRetrieval(foldOf(fold), { confidence: false })),
  );

  for (const key of ["t2i.hit@1", "i2t.map@5", "t2i.meanr", "rsum"]) {
    const values = apart.map(({ metrics }) => metrics[key]?.value ?? Number.NaN);
    const mean = values.reduce((sum, value) => sum + value, 0) / 3;
    expect(pooled.metrics[key]?.value, key).toBeCloseTo(mean, 12);
  }
  expect(pooled.metrics["t2i.hit@1"]?.n).toBe(24);
  expect(pooled.hubness.i2t.largest).toBe(
    Math.max(...apart.map(({ hubness }) => hubness.i2t.largest)),
  );
});

test("one fold is the whole, with the same intervals", async () => {
  const whole = await evaluateRetrieval(pairs, { topHits: 3 });

  expect(await evaluateFolds(pairs, { folds: new Uint8Array(12), topHits: 3 })).toEqual(whole);
});

test("names rows of the whole, lowest first, and keeps clusters of two folds apart", async () => {
  const evaluation = await evaluateFolds(pairs, { folds, topHits: 2, confidence: false });
  const { t2i, i2t } = evaluation.queries;

  expect(Array.from(t2i.rows)).toEqual(Array.from({ length: 24 }, (_, row) => row));
  expect(queryResult(evaluation, "t2i", 13)).toMatchObject({ query: 13, relevant: [1] });
  expect(queryResult(evaluation, "i2t", 4)).toMatchObject({ query: 4, relevant: [4, 16] });
  const hits = queryResult(evaluation, "i2t", 4).hits.map(({ row }) => (row % 12) % 3);
  expect(hits).toEqual([1, 1]);
  expect(new Set(t2i.clusters).size).toBe(12);
  expect(Array.from(t2i.clusters.subarray(12))).toEqual(Array.from(i2t.clusters));
});

test("a text of images in two folds is in that of the first", async () => {
  const shared = { text: 0, image: 1, relevance: 1 };
  const judgements = [...pairs.judgements, shared];
  const { queries } = await evaluateFolds({ ...pairs, judgements }, { folds, confidence: false });

  expect(queries.t2i.rows).toHaveLength(24);
  expect(Array.from(queries.i2t.relevant.starts.subarray(0, 3))).toEqual([0, 2, 4]);
});

test("breaks ties by the ids of the whole", async () => {
  const flat = { ...pairs, image: toEmbeddings(new Float32Array(48).fill(1), 4) };
  const ids = {
    image: folds.map((_, i) => `image ${String(99 - i)}`),
    text: Array.from({ length: 24 }, (_, i) => `text ${i}`),
  };
  const options = { folds, ids, ties: "trec", cutoffs: [1], confidence: false } as const;
  const { queries } = await evaluateFolds(flat, options);

  // The greatest id comes first: that of the first image of each fold.
  expect(Array.from(queries.t2i.metrics.rank?.subarray(0, 6) ?? [])).toEqual([1, 1, 1, 2, 2, 2]);
});

test.each([
  [[0, 1], "found 2 numbers"],
  [folds.with(3, -1), "found -1"],
])("refuses folds that do not fit", async (odd, reason) => {
  await expect(evaluateFolds(pairs, { folds: odd })).rejects.toThrow(reason);
});
