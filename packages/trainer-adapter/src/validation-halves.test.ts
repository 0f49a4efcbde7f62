import { type EncodedPairs, toEmbeddings } from "@semblance/core";
import { expect, test } from "vitest";
import { splitValidation } from "./validation-halves.ts";

type Pair = readonly [image: number, text: number];

/** Every row holds its own number. */
function encode(images: number, texts: number, pairs: readonly Pair[]): EncodedPairs {
  const rows = (count: number) =>
    toEmbeddings(
      Float32Array.from({ length: count }, (_, i) => i),
      1,
    );
  const judgements = pairs.map(([image, text]) => ({ image, text, relevance: 1 }));
  return { image: rows(images), text: rows(texts), judgements };
}

const captioned: Pair[] = Array.from({ length: 40 }, (_, text) => [text >> 1, text]);

test("halves share no image and no text, and each has about half of the images", () => {
  // Texts 0 and 39 are also those of other images, which binds them together.
  const encoded = encode(20, 40, [...captioned, [7, 0], [12, 39]]);
  const { choosing, judging } = splitValidation(encoded, 3);
  for (const side of ["image", "text"] as const) {
    const all = [...choosing.pairs[side].data, ...judging.pairs[side].data];
    expect(all.toSorted((a, b) => a - b)).toEqual([...encoded[side].data]);
  }
  expect(Math.abs(choosing.pairs.image.count - judging.pairs.image.count)).toBeLessThanOrEqual(1);
  for (const { pairs } of [choosing, judging]) {
    for (const { image, text } of pairs.judgements) {
      const named = [pairs.image.data[image] ?? -1, pairs.text.data[text] ?? -1];
      expect(encoded.judgements).toContainEqual({ image: named[0], text: named[1], relevance: 1 });
    }
  }
  expect(choosing.pairs.judgements.length + judging.pairs.judgements.length).toBe(42);
});

test("queries of one component have one group, in both directions", () => {
  const { choosing } = splitValidation(encode(20, 40, captioned), 0);
  const { pairs, imageGroups, textGroups } = choosing;
  expect(new Set(imageGroups).size).toBe(pairs.image.count);
  for (const { image, text } of pairs.judgements) expect(textGroups[text]).toBe(imageGroups[image]);
});

test("the same seed deals the same halves, another one others", () => {
  const of = (seed: number) => splitValidation(encode(20, 40, captioned), seed);
  expect(of(1)).toEqual(of(1));
  expect(of(1).choosing.pairs.image.data).not.toEqual(of(2).choosing.pairs.image.data);
});

test("a text of many images does not bind them together, and is left out", () => {
  const common: Pair[] = Array.from({ length: 20 }, (_, image) => [image, 40]);
  const { choosing, judging } = splitValidation(encode(20, 41, [...captioned, ...common]), 0);
  expect(choosing.pairs.image.count).toBe(10);
  expect([...choosing.pairs.text.data, ...judging.pairs.text.data]).not.toContain(40);
});

test("what cannot be divided is in both halves", () => {
  const chain: Pair[] = Array.from({ length: 19 }, (_, image) => [image + 1, 2 * image]);
  const { choosing, judging } = splitValidation(encode(20, 40, [...captioned, ...chain]), 0);
  expect(choosing).toEqual(judging);
  expect([choosing.pairs.image.count, choosing.pairs.text.count]).toEqual([20, 40]);
});

test("an item that belongs to nothing is in neither half", () => {
  const { choosing, judging } = splitValidation(encode(22, 40, captioned), 0);
  expect([...choosing.pairs.image.data, ...judging.pairs.image.data]).not.toContain(21);
});
