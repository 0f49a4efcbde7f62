import { expect, test } from "vitest";
import { createRandom, xoshiro128 } from "./random.ts";

test("xoshiro128 gives the numbers of the reference implementation in C", () => {
  const next = xoshiro128(Uint32Array.of(1, 2, 3, 4));
  expect(Array.from({ length: 6 }, next)).toEqual([
    11520, 0, 5927040, 70819200, 2031721883, 1637235492,
  ]);
});

test("numbers are uniform in [0, 1)", () => {
  const random = createRandom(7);
  const counts = new Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const bin = Math.floor(random() * 10);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
  expect(counts).toHaveLength(10);
  expect(chiSquare).toBeLessThan(27.9); // 99.9 % of uniform draws, 9 degrees of freedom
});

test("the seed decides the numbers, also one that does not fit 31 bits", () => {
  const first = (seed: number) => createRandom(seed)();
  expect(first(5)).toBe(first(5));
  const seeds = [0, 1, 2, 2 ** 31, 2 ** 32 - 1];
  expect(new Set(seeds.map(first)).size).toBe(seeds.length);
});
