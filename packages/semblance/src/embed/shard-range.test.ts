import { expect, test } from "vitest";
import { shardRange } from "./shard-range.ts";

const shares = (items: number, blockSize: number, machines: number) =>
  Array.from({ length: machines }, (_, i) =>
    shardRange(items, blockSize, { number: i + 1, of: machines }),
  );

test.each([
  [0, 3],
  [2, 3],
  [10, 1],
  [10, 3],
  [511, 2],
  [5000, 4],
  [100_001, 7],
])("%i items on %i machines: each item once, in order", (items, machines) => {
  const ranges = shares(items, 512, machines);
  expect(ranges[0]?.start).toBe(0);
  expect(ranges.at(-1)?.end).toBe(items);
  for (const [i, { end }] of ranges.slice(0, -1).entries()) expect(ranges[i + 1]?.start).toBe(end);
});

test("shares begin where blocks begin, and differ by one block at most", () => {
  const ranges = shares(100_000, 512, 7);
  expect(ranges.map(({ start }) => start % 512)).toEqual([0, 0, 0, 0, 0, 0, 0]);
  const sizes = ranges.map(({ start, end }) => end - start);
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1024);
});

test("few items are spread over all machines all the same", () => {
  expect(shares(10, 512, 4)).toEqual([
    { start: 0, end: 2 },
    { start: 2, end: 5 },
    { start: 5, end: 7 },
    { start: 7, end: 10 },
  ]);
});
