import fc from "fast-check";
import { expect, test } from "vitest";
import { toEmbeddings } from "../embedding.ts";
import { expectedReciprocalRank, reciprocalRanks } from "./reciprocal-ranks.ts";
import { tieGroups } from "./tie-groups.ts";

function permutations(items: readonly number[]): number[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, i) =>
    permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
  );
}

/** The mean over every order of the items that the scores allow. */
function reciprocalRankByEnumeration(
  scores: readonly number[],
  relevant: readonly number[],
  k: number,
): number {
  const orders = permutations(scores.map((_, i) => i)).filter((order) =>
    order.every((item, i) => i === 0 || (scores[order[i - 1] ?? 0] ?? 0) >= (scores[item] ?? 0)),
  );
  const values = orders.map((order) => {
    const rank = order.findIndex((item) => relevant.includes(item)) + 1;
    return rank <= k ? 1 / rank : 0;
  });
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

test("equals the mean over every order that the scores allow", () => {
  const scores = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      scores,
      fc.integer({ min: 1, max: 63 }),
      fc.integer({ min: 1, max: 7 }),
      (values, mask, k) => {
        const relevant = values.map((_, i) => i).filter((i) => mask & (1 << i));
        fc.pre(relevant.length > 0);
        const groups = tieGroups(Float32Array.from(values), relevant);
        const expected = reciprocalRankByEnumeration(values, relevant, k);
        expect(expectedReciprocalRank(groups, k)).toBeCloseTo(expected, 12);
      },
    ),
    { numRuns: 60 },
  );
});

test("groups relevant items by score, highest first, and counts who is above and beside them", () => {
  expect(tieGroups(Float32Array.of(5, 1, 3, 3, 1, 3), [4, 2, 3])).toEqual([
    { above: 1, size: 3, relevant: [2, 3] },
    { above: 4, size: 2, relevant: [4] },
  ]);
});

test("ranks both directions over the real, many-to-many relevance", () => {
  const image = toEmbeddings(Float32Array.of(1, 0, 0, 1), 2);
  const text = toEmbeddings(Float32Array.of(0.8, 0.6, 0.6, 0.8, 1, 0), 2);
  const judgements = [
    { text: 0, image: 0, relevance: 1 },
    { text: 1, image: 0, relevance: 1 },
    { text: 1, image: 1, relevance: 0 },
    { text: 0, image: 0, relevance: 2 },
  ];
  const { t2i, i2t } = reciprocalRanks({ image, text, judgements });
  expect([...t2i]).toEqual([1, 0.5, Number.NaN]);
  expect([...i2t]).toEqual([0.5, Number.NaN]);
});
