import fc from "fast-check";
import { expect, test } from "vitest";
import { createDisjointSets } from "./disjoint-sets.ts";

const count = 12;
const member = fc.nat({ max: count - 1 });

test("groups the numbers that joins connect, as flooding the graph does", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(member, member)), (joins) => {
      const sets = createDisjointSets(count);
      for (const [first, second] of joins) sets.join(first, second);
      expect(sets.toGroups()).toEqual(floodedGroups(joins));
    }),
    { seed: 4 },
  );
});

function floodedGroups(joins: readonly (readonly [number, number])[]): number[][] {
  const labels = Array.from({ length: count }, (_, i) => i);
  for (let round = 0; round < count; round++) {
    for (const [first, second] of joins) {
      const least = Math.min(labels[first] ?? 0, labels[second] ?? 0);
      labels[first] = least;
      labels[second] = least;
    }
  }
  const groups = labels.map((_, label) => labels.flatMap((own, i) => (own === label ? [i] : [])));
  return groups.filter(({ length }) => length > 0);
}
