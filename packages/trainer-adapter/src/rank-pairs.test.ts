import { reciprocalRanks, toEmbeddings } from "@semblance/core";
import { expect, test } from "vitest";
import { parseFitMetric } from "./fit-metric.ts";
import { makePairs } from "./fixtures/made-pairs.ts";
import { judge } from "./judge.ts";
import { createPace } from "./pace.ts";
import { metricOf, rankPairs, toMetrics } from "./rank-pairs.ts";
import { splitValidation } from "./validation-halves.ts";

const mrr = parseFitMetric("mrr");
const pace = createPace({ timeLimit: undefined, isCancelled: () => false });

test("reciprocal ranks are core's", async () => {
  const pairs = makePairs({ images: 30, dimension: 4, noise: 3 });
  const { t2i, i2t } = await rankPairs(pairs, mrr, pace);
  expect({ t2i: t2i.reciprocal, i2t: i2t.reciprocal }).toEqual(reciprocalRanks(pairs));
});

// Two images that tie for text 0, one of them relevant; text 1 belongs to nothing.
const tied = {
  image: toEmbeddings(Float32Array.of(1, 0, 1, 0, 0, 1), 2),
  text: toEmbeddings(Float32Array.of(1, 0, 0, 1), 2),
  judgements: [
    { text: 0, image: 1, relevance: 2 },
    { text: 1, image: 2, relevance: 0 },
  ],
};

test("a tie counts as the chance it gives, and who has no match is left out", async () => {
  const ranks = await rankPairs(tied, mrr, pace);
  expect([...ranks.t2i.reciprocal]).toEqual([0.75, Number.NaN]);
  expect([...ranks.i2t.reciprocal]).toEqual([Number.NaN, 1, Number.NaN]);
  expect(metricOf(ranks)).toBe(0.875);
  expect(toMetrics(ranks, mrr)).toEqual({
    "t2i.hit@1": 0.5,
    "t2i.hit@5": 1,
    "t2i.hit@10": 1,
    "t2i.mrr": 0.75,
    "i2t.hit@1": 1,
    "i2t.hit@5": 1,
    "i2t.hit@10": 1,
    "i2t.mrr": 1,
  });
});

test("a gain is the mean over the queries; one whose interval includes 0 is not significant", async () => {
  const { judging: part } = splitValidation(makePairs({ images: 40, dimension: 8, noise: 2 }), 0);
  const start = await rankPairs(part.pairs, mrr, pace);
  const raised = (by: (query: number) => number) => ({
    ...start,
    values: start.values.map((value, i) => value + (i < part.pairs.text.count ? by(i) : 0)),
  });
  const verdict = (candidate: typeof start, rule: "mean" | "significant") =>
    judge({ part, start, candidate, metric: "mrr", rule, seed: 0 });
  const better = raised(() => 0.3);
  expect(verdict(better, "significant")).toMatchObject({ isBetter: true });
  expect(verdict(better, "mean").judged.gain).toBeCloseTo(0.2, 10); // 2 of 3 queries are texts
  const unsure = raised((query) => (query % 4 < 2 ? 0.3 : -0.28));
  expect(verdict(unsure, "mean").isBetter).toBe(true);
  expect(verdict(unsure, "significant").isBetter).toBe(false);
  expect(verdict(start, "mean")).toMatchObject({ isBetter: false, judged: { gain: 0 } });
});

// By hand: of text 0 the match ties for places 1 and 2; of image 1 the match stands first of two.
test.each([
  ["t2i.mrr", 0.75, { "t2i.mrr": 0.75 }],
  ["i2t.hit@1", 1, { "i2t.hit@1": 1 }],
  ["hit@1", 0.75, { "t2i.hit@1": 0.5, "i2t.hit@1": 1 }],
  ["precision@2", 0.5, { "t2i.precision@2": 0.5, "i2t.precision@2": 0.5 }],
  ["recall", (0.5 + 1 + 1 + 3) / 6, { "t2i.recall": 2.5 / 3, "i2t.recall": 1 }],
  ["meanr", -1.25, { "t2i.meanr": 1.5, "i2t.meanr": 1 }],
  ["rsum", 550, { rsum: 550 }],
])("%s is %d, greater being better", async (name, expected, metrics) => {
  const metric = parseFitMetric(name);
  const ranks = await rankPairs(tied, metric, pace);
  expect(metricOf(ranks)).toBeCloseTo(expected, 12);
  expect(toMetrics(ranks, metric)).toMatchObject(metrics);
});

test.each(["medr", "hits@1", "t2i", "hit@0", "t2i.rsum", "MRR"])("%s is no metric", (name) => {
  expect(() => parseFitMetric(name)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});
