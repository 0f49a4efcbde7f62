import { createRandom, type EncodedPairs, toEmbeddings } from "@semblance/core";
import { expect, test } from "vitest";
import { sampleBatches } from "./batch-sampler.ts";
import { toTrainingPairs } from "./training-pairs.ts";

const rows = (count: number) => toEmbeddings(new Float32Array(count), 1);

function encode(judgements: EncodedPairs["judgements"]): EncodedPairs {
  return { image: rows(6), text: rows(8), judgements };
}

const own = Array.from({ length: 5 }, (_, image) => ({ image, text: image, relevance: 1 }));

test("every image that has a text comes once before any comes again", () => {
  const batches = sampleBatches(toTrainingPairs(encode(own)), 2, createRandom(1));
  const first = [batches.next().value.images, batches.next().value.images].flat();
  expect(new Set(first).size).toBe(4);
  const all = Array.from({ length: 20 }, () => batches.next().value.images).flat();
  expect(new Set(all)).toEqual(new Set([0, 1, 2, 3, 4])); // image 5 has no text
});

test("over time every text of an image is drawn", () => {
  const more = [5, 6, 7].map((text) => ({ image: 0, text, relevance: 1 }));
  const batches = sampleBatches(toTrainingPairs(encode([...own, ...more])), 5, createRandom(2));
  const drawn = Array.from({ length: 40 }, () => batches.next().value.texts).flat();
  expect(new Set(drawn)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7]));
});

test("a text of several images is one column, and a match of each by its grade", () => {
  const judgements = [
    { image: 0, text: 3, relevance: 2 },
    { image: 1, text: 3, relevance: 1 },
    { image: 1, text: 3, relevance: 0.5 }, // judged twice: the higher grade counts
    { image: 2, text: 4, relevance: 2 },
    { image: 2, text: 4, relevance: 1 },
    { image: 2, text: 3, relevance: 0 },
  ];
  const { value } = sampleBatches(toTrainingPairs(encode(judgements)), 3, createRandom(3)).next();
  expect(value.texts.toSorted()).toEqual([3, 4]);
  const targetOf = (image: number, text: number) =>
    value.targets.data[value.images.indexOf(image) * 2 + value.texts.indexOf(text)];
  expect([0, 1, 2].map((image) => targetOf(image, 3))).toEqual([1, 0.5, 0]);
  expect([0, 1, 2].map((image) => targetOf(image, 4))).toEqual([0, 0, 1]);
});

test("of a pair that is judged twice the higher grade counts, whichever comes first", () => {
  const twice = [1, 4, 2].map((relevance) => ({ image: 0, text: 0, relevance }));
  const { textsOfImage } = toTrainingPairs(encode([...twice, { image: 1, text: 1, relevance: 2 }]));
  expect(textsOfImage.slice(0, 2)).toEqual([[{ row: 0, weight: 1 }], [{ row: 1, weight: 0.5 }]]);
});
