import { toEmbeddings } from "@semblance/core";
import { expect, test } from "vitest";
import { findSameTexts, findSameVectors } from "./find-duplicates.ts";

function items(...texts: string[]) {
  return texts.map((text) => ({ id: text, content: [text], metadata: {} }));
}

test("texts that differ in case, spaces and punctuation are the same", () => {
  const texts = items("A dog runs.", "a dog  runs", "A cat runs.", "a dog, runs!");
  const examples = ["A dog runs.", "a dog  runs", "a dog, runs!"];
  expect(findSameTexts(texts)).toEqual({ items: 3, examples });
});

test("texts of other words or another script are not", () => {
  expect(findSameTexts(items("犬が走る", "猫が走る", "dog", "dogs")).items).toBe(0);
});

test("items with equal vectors are found, and those with nearly equal ones are not", () => {
  const vectors = toEmbeddings(Float32Array.of(1, 0, 0, 1, 1, 0, 1, 1e-7), 2);
  expect(findSameVectors(items("a", "b", "c", "d"), vectors)).toEqual({
    items: 2,
    examples: ["a", "c"],
  });
});

test("no more than five examples are named", () => {
  const texts = Array.from({ length: 8 }, () => items("same")).flat();
  expect(findSameTexts(texts)).toMatchObject({ items: 8, examples: Array(5).fill("same") });
});
