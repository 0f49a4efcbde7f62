import { createRandom, resampledTimes } from "@semblance/core";
import { describe, expect, test } from "vitest";
import { drawPairs, posteriorOf } from "../fixtures/draw-pairs.ts";
import { evaluatePairs, type PairEvaluation } from "./evaluate-pairs.ts";
import { meansOfCells, sumByCell } from "./pair-cells.ts";
import { readPairs } from "./pair-table.ts";
import { mergeClusters, timesDrawn } from "./resample-pairs.ts";
import type { ScoredPairs } from "./scored-pairs.ts";

// The threshold is 0.5 standard deviations below the mean of the matches: Φ(0.5) of them reach it.
const trueRecall = 0.6915;

describe("a resample", () => {
  const clusters = { image: Uint32Array.of(0, 1), text: Uint32Array.of(0, 2), count: 3 };

  test("holds a pair as often as its cluster, or as both its clusters, were drawn", () => {
    const times = Float64Array.of(2, 0, 1);
    expect(timesDrawn(times, 0, 0)).toBe(2);
    expect(timesDrawn(times, 0, 2)).toBe(3);
    expect(timesDrawn(times, 0, 1)).toBe(0);
  });

  test("has the means of its pairs, each as often as it is drawn, added up by cells or one by one", () => {
    const random = createRandom(4);
    const image = Uint32Array.from({ length: 50 }, () => Math.floor(random() * 5));
    const text = image.map(() => Math.floor(random() * 5));
    const labels = Uint8Array.from(image, (_, pair) => pair % 3 && 1);
    const scores = Float64Array.from(image, () => random());
    const table = readPairs({ scores, labels, groups: { image, text } });
    const measure = (pair: number, row: Float64Array) => {
      row[0] = scores[pair] ?? 0;
    };
    const cells = sumByCell(table, { columns: 1, measure });
    for (const times of resampledTimes({ clusters: 5, resamples: 20, seed: 3 })) {
      const drawn = scores.map((_, pair) =>
        timesDrawn(times, table.clusters.image[pair] ?? 0, table.clusters.text[pair] ?? 0),
      );
      const total = drawn.reduce((sum, count) => sum + count, 0);
      const sum = drawn.reduce((all, count, pair) => all + count * (scores[pair] ?? 0), 0);
      expect(meansOfCells(cells, times)[0]).toBeCloseTo(sum / total, 12);
    }
  });

  test("holds every pair once, on average", () => {
    const sums = [0, 0];
    for (const times of resampledTimes({ clusters: 3, resamples: 20_000, seed: 1 })) {
      sums[0] = (sums[0] ?? 0) + timesDrawn(times, 0, 0) / 20_000;
      sums[1] = (sums[1] ?? 0) + timesDrawn(times, 1, 2) / 20_000;
    }
    expect(sums).toEqual([expect.closeTo(1, 1), expect.closeTo(1, 1)]);
  });

  test("draws 200 clusters where pairs have two, and 2,000 where they have one", () => {
    const many = Uint32Array.from({ length: 5000 }, (_, i) => i);
    const crossed = mergeClusters({ image: many, text: many.slice(), count: 5000 });
    const alone = mergeClusters({ image: many, text: many, count: 5000 });
    expect([crossed.count, new Set(crossed.image).size]).toEqual([200, 200]);
    expect([alone.count, new Set(alone.image).size]).toEqual([2000, 2000]);
    expect(crossed.image).toEqual(crossed.text);
    expect(mergeClusters(clusters)).toBe(clusters);
  });
});

describe("intervals of all images with all texts", () => {
  test("hold the true recall, which intervals of independent pairs often miss", {
    timeout: 60_000,
  }, async () => {
    const trials = 100;
    const held = { clustered: 0, independent: 0 };
    for (let trial = 0; trial < trials; trial++) {
      const random = createRandom(trial);
      const pairs = drawPairs({ random, images: 20, captions: 5, shared: 0.9 });
      const { groups, ...alone } = pairs;
      held.clustered += holdsRecall(await measure({ ...alone, groups }));
      held.independent += holdsRecall(await measure(alone));
    }
    // Of 100 such intervals that are right 95 times, fewer than 88 are once in 300.
    expect(held.clustered).toBeGreaterThanOrEqual(88);
    expect(held.independent).toBeLessThan(88);
  });

  test("count the captions of one image together", async () => {
    const { groups, ...alone } = drawPairs({ random: createRandom(1), images: 60, captions: 5 });
    const clustered = widthOf(await measure({ ...alone, groups }), "recall");
    expect(clustered / widthOf(await measure(alone), "recall")).toBeGreaterThan(1.05);
  });

  test("are the same for the same seed, and for clusters that are named otherwise", async () => {
    const pairs = drawPairs({ random: createRandom(1), images: 20 });
    const first = await measure(pairs);
    const renamed = (of: Uint32Array) => of.map((cluster) => 7 * cluster + 3);
    const groups = { image: renamed(pairs.groups.image), text: renamed(pairs.groups.text) };
    expect(await measure(pairs)).toEqual(first);
    expect(await measure({ ...pairs, groups })).toEqual(first);
  });

  test("are half as wide for 240 clusters, which are dealt out to 200, as for 60", async () => {
    const draw = (images: number) => drawPairs({ random: createRandom(2), images, captions: 1 });
    const ratio = widthOf(await measure(draw(60))) / widthOf(await measure(draw(240)));
    expect(ratio).toBeGreaterThan(1.6);
    expect(ratio).toBeLessThan(2.5);
  });
});

describe("intervals of pairs in one cluster each", () => {
  test("are twice as wide for four copies of each pair as for independent pairs", async () => {
    const random = createRandom(4);
    const labels = Uint8Array.from({ length: 400 }, (_, pair) => Number(pair % 8 < 4));
    const drawn = Array.from({ length: 100 }, (_, cluster) => random() + (cluster % 2 ? 0 : 0.3));
    const scores = Float64Array.from(labels, (_, pair) => drawn[pair >> 2] ?? 0);
    const groups = Uint32Array.from(labels, (_, pair) => pair >> 2);
    const clustered = widthOf(await measure({ scores, labels, groups }));
    expect(clustered / widthOf(await measure({ scores, labels }))).toBeCloseTo(2, 0);
  });

  test("do not exist for a single cluster", async () => {
    const pairs = { scores: Float64Array.of(0.3, 0.2), labels: Uint8Array.of(1, 0) };
    const { metrics } = await evaluatePairs({ ...pairs, groups: new Uint32Array(2) });
    expect(metrics.auroc).toEqual({ value: 1, n: 2 });
  });
});

test("the interval of ece reaches further down than up, because chance makes ece larger", async () => {
  const pairs = drawPairs({ random: createRandom(5), images: 60, captions: 1 });
  const probabilities = pairs.scores.map((score) => posteriorOf(score, 0.5));
  const { metrics } = await evaluatePairs({ ...pairs, probabilities, prior: 0.5 });
  const { value = 0, ci95: [low = 0, high = 0] = [] } = metrics.ece ?? {};
  expect(value - low).toBeGreaterThan(high - value);
});

function measure(pairs: ScoredPairs): Promise<PairEvaluation> {
  return evaluatePairs({ ...pairs, threshold: 0.3, confidence: { resamples: 120 } });
}

function holdsRecall({ metrics }: PairEvaluation): number {
  const [low = 1, high = 0] = metrics.recall?.ci95 ?? [];
  return Number(low <= trueRecall && trueRecall <= high);
}

function widthOf({ metrics }: PairEvaluation, name: "auroc" | "recall" = "auroc"): number {
  const [low = 0, high = 0] = metrics[name]?.ci95 ?? [];
  return high - low;
}
