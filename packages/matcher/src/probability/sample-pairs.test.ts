import type { EncodedPairs } from "@semblance/core";
import { expect, test } from "vitest";
import { samplePairs } from "./sample-pairs.ts";

/** 4 images with 2 texts each, and a listed pair that is no match; the score tells the pair. */
const pairs: EncodedPairs = {
  image: { data: Float32Array.from({ length: 4 }, (_, i) => 100 ** i), count: 4, dimension: 1 },
  text: { data: Float32Array.from({ length: 8 }, (_, i) => 10 * (i + 1)), count: 8, dimension: 1 },
  judgements: [
    ...Array.from({ length: 8 }, (_, text) => ({ text, image: text >> 1, relevance: 1 })),
    { text: 0, image: 3, relevance: 0 },
  ],
};

test("by default every image with every text is a pair, each once", async () => {
  const found = await samplePairs({ pairs, negatives: 100, seed: 0 });
  expect(found.rule).toBe("all-pairs");
  expect(found.scores).toHaveLength(32);
  expect(found.labels.reduce((sum, label) => sum + label, 0)).toBe(8);
  expect(new Set(found.weights)).toEqual(new Set([1]));
  expect(found.scores[0]).toBe(10);
});

test("a sample keeps all matches and weighs the rest to stand for all", async () => {
  const found = await samplePairs({ pairs, negatives: 20, seed: 1 });
  expect(found.rule).toBe("sampled-negatives");
  expect(found.labels.reduce((sum, label) => sum + label, 0)).toBe(8);
  expect(found.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(32, 9);
  expect(new Set(found.scores).size).toBe(8 + 20);
  const all = await samplePairs({ pairs, negatives: 100, seed: 0 });
  const labelOf = new Map([...all.scores].map((score, i) => [score, all.labels[i]]));
  for (const [i, score] of found.scores.entries()) expect(labelOf.get(score)).toBe(found.labels[i]);
});

test("the seed decides which pairs are drawn", async () => {
  const draw = async (seed: number) => [
    ...(await samplePairs({ pairs, negatives: 6, seed })).scores,
  ];
  expect(await draw(1)).toEqual(await draw(1));
  expect(await draw(1)).not.toEqual(await draw(2));
});

test("listed pairs are taken as the data lists them", async () => {
  const found = await samplePairs({ pairs, negatives: "listed", seed: 0 });
  expect(found.rule).toBe("listed");
  expect(found.scores).toHaveLength(9);
  expect([...found.labels].filter((label) => label === 0)).toHaveLength(1);
});

test("an image and the texts that belong to it are one cluster", async () => {
  const { groups } = await samplePairs({ pairs, negatives: 100, seed: 0 });
  const clusters = groups as { readonly image: Uint32Array; readonly text: Uint32Array };
  expect(clusters.image[0]).toBe(clusters.text[0]);
  expect(clusters.image[1]).not.toBe(clusters.text[1]);
  expect(new Set(clusters.text).size).toBe(4);
});

test("a number of negatives below 1 is refused", async () => {
  await expect(samplePairs({ pairs, negatives: 0, seed: 0 })).rejects.toThrow(RangeError);
});
