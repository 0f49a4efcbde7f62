import { expect, test } from "vitest";
import { createTextSet } from "./text-set.ts";

test("a text is new once, however many there are", () => {
  const set = createTextSet(4);
  const texts = Array.from({ length: 20_000 }, (_, i) => `caption ${i}`);
  expect(texts.every((text) => set.add(text))).toBe(true);
  expect(texts.some((text) => set.add(text))).toBe(false);
  expect(set.size).toBe(20_000);
});

test("texts that differ in a letter, or in nothing but their length, are two", () => {
  const set = createTextSet();
  const texts = ["", " ", "  ", "a", "A", "ä", "a\u0308", "a".repeat(10_000), "a".repeat(10_001)];
  expect(texts.map((text) => set.add(text))).toEqual(texts.map(() => true));
});
