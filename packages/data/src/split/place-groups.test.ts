import fc from "fast-check";
import { expect, test } from "vitest";
import { placeGroups } from "./place-groups.ts";

function groupsOf(sizes: readonly number[]) {
  let next = 0;
  return sizes.map((size, i) => ({
    images: Array.from({ length: size }, () => next++),
    order: String(i).padStart(4, "0"),
  }));
}

test("places the largest group first, each where most is missing", () => {
  // 10 images, 6 for train and 4 for test: 5 go to train (1 missing), then 3 to test (1 missing),
  // then one to each, train first.
  expect(placeGroups(groupsOf([1, 3, 1, 5]), { train: 0.6, test: 0.4 })).toEqual([
    "train",
    ...Array(3).fill("test"),
    "test",
    ...Array(5).fill("train"),
  ]);
});

test("exceeds no share by as much as the largest group", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(sizes, weights, (groupSizes, parts) => {
      const whole = parts.reduce((sum, part) => sum + part);
      const fractions = Object.fromEntries(parts.map((part, i) => [`split ${i}`, part / whole]));
      const placed = placeGroups(groupsOf(groupSizes), fractions);
      for (const [split, fraction] of Object.entries(fractions)) {
        const excess = placed.filter((name) => name === split).length - fraction * placed.length;
        expect(excess).toBeLessThan(Math.max(...groupSizes));
      }
    }),
    { seed: 4 },
  );
});
