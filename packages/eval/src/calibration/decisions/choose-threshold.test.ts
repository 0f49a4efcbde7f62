import { CalibrationError, createRandom } from "@semblance/core";
import { describe, expect, test } from "vitest";
import { drawPairs, posteriorOf } from "../../fixtures/draw-pairs.ts";
import { chooseThreshold } from "./choose-threshold.ts";
import type { ThresholdTarget } from "./chosen-threshold.ts";

const confidence = { resamples: 100 };
const val = drawIndependent(1, 20_000);
const fresh = drawIndependent(2, 20_000);

// Scores over [-0.1, 0.7] whose share of matches is known, and no two pairs that depend on each other.
function drawIndependent(seed: number, count: number) {
  const random = createRandom(seed);
  const scores = Float64Array.from({ length: count }, () => random() * 0.8 - 0.1);
  const labels = Uint8Array.from(scores, (score) => Number(random() < posteriorOf(score, 0.3)));
  return { scores, labels };
}

function sum(values: Uint8Array): number {
  return values.reduce((total, value) => total + value, 0);
}

function shareAt({ scores, labels }: typeof fresh, threshold: number) {
  let [called, right, matches] = [0, 0, 0];
  for (const [pair, label] of labels.entries()) {
    const isCalled = Number((scores[pair] ?? 0) >= threshold);
    called += isCalled;
    right += isCalled * label;
    matches += label;
  }
  return { precision: right / called, recall: right / matches };
}

describe("on 20,000 pairs with a known posterior", () => {
  test.each([{ precision: 0.9 }, { precision: 0.97 }, { recall: 0.9 }, { recall: 0.5 }])(
    "%o is met within 0.02 on fresh pairs, and its interval contains it",
    async (target) => {
      const chosen = await chooseThreshold({ ...val, target, confidence });
      for (const name of ["precision", "recall"] as const) {
        if (!(name in target)) continue;
        const wanted = Object.values(target)[0] ?? 0;
        expect(Math.abs(shareAt(fresh, chosen.threshold)[name] - wanted)).toBeLessThan(0.02);
        const [low = 1, high = 0] = chosen[name].ci95 ?? [];
        expect(low).toBeLessThan(wanted);
        expect(high).toBeGreaterThan(wanted - 1e-9);
      }
    },
  );

  test("the highest F1 is that of every threshold tried one by one", async () => {
    const { threshold, f1 } = await chooseThreshold({ ...val, target: { f1: "max" }, confidence });
    const f1At = (at: number) => {
      const { precision, recall } = shareAt(val, at);
      return (2 * precision * recall) / (precision + recall);
    };
    const tried = Array.from({ length: 700 }, (_, i) => f1At(i / 1000));
    expect(f1.value).toBeCloseTo(f1At(threshold), 12);
    expect(f1.value).toBeGreaterThanOrEqual(Math.max(...tried));
  });

  test("a target holds at the prior that it was asked for", async () => {
    const target = { precision: 0.8 };
    const rare = await chooseThreshold({ ...val, target, prior: 0.1, confidence });
    const usual = await chooseThreshold({ ...val, target, prior: 0.5, confidence });
    expect(rare.threshold).toBeGreaterThan(usual.threshold);
    expect(rare).toMatchObject({ prior: 0.1, precision: { value: expect.closeTo(0.8, 2) } });
    expect(rare.sampling).toMatchObject({ rule: "listed", prior: sum(val.labels) / 20_000 });
  });

  test("pairs that look alike are called alike", async () => {
    const scores = val.scores.map((score) => Math.round(score * 20) / 20);
    const target = { precision: 0.9 };
    const { threshold } = await chooseThreshold({ ...val, scores, target, confidence });
    expect(scores).not.toContain(threshold);
    expect(shareAt({ ...val, scores }, threshold).precision).toBeGreaterThanOrEqual(0.9);
  });

  test("scores with no number between them are told apart", async () => {
    const [lower, higher] = [1 - Number.EPSILON, 1 - Number.EPSILON / 2];
    const scores = val.scores.map((score) => (score > 0.4 ? higher : lower));
    const { precision, threshold } = await chooseThreshold({
      ...val,
      scores,
      target: { precision: 0.9 },
      confidence,
    });
    expect(threshold).toBe(higher);
    expect(precision.value).toBeGreaterThanOrEqual(0.9);
  });
});

describe("a target that the pairs do not support", () => {
  const few = drawPairs({ random: createRandom(3), images: 30, captions: 2 });

  test("is refused when it is nowhere reached", async () => {
    const scores = few.scores.slice();
    scores[few.labels.indexOf(0)] = 0.99;
    const run = chooseThreshold({ ...few, scores, target: { precision: 0.99 }, confidence });
    await expect(run).rejects.toThrow(/No threshold reaches a precision of 0.99: the highest is 0/);
    await expect(run).rejects.toThrow(CalibrationError);
    await expect(run).rejects.toMatchObject({ code: "TARGET_NOT_SUPPORTED" });
  });

  test("is refused when all matches found would be too few to show it", async () => {
    const run = chooseThreshold({ ...few, target: { recall: 0.97 }, confidence });
    await expect(run).rejects.toThrow(/A recall of 0.97 is seen .* too few matches to be sure/);
  });

  test("is refused for few matches among many other pairs, though every one is found", async () => {
    const scores = Float64Array.from({ length: 200 }, (_, pair) => (pair < 12 ? 0.9 : 0.1));
    const labels = Uint8Array.from(scores, (score) => Number(score > 0.5));
    const run = chooseThreshold({ scores, labels, target: { recall: 0.9 }, confidence });
    // Wilson's for 12 of 12.
    await expect(run).rejects.toThrow(/lower end of its 95 % interval exceed 0.758/);
  });

  test("is refused when one lucky pair reaches it", async () => {
    const scores = few.scores.slice();
    scores[few.labels.indexOf(1)] = 0.99;
    const run = chooseThreshold({ ...few, scores, target: { precision: 0.99 }, confidence });
    await expect(run).rejects.toThrow(/too few matches to be sure/);
  });

  test("is refused for fewer than ten groups with a match", async () => {
    const nine = drawPairs({ random: createRandom(3), images: 9 });
    const run = chooseThreshold({ ...nine, target: { f1: "max" }, confidence });
    await expect(run).rejects.toThrow("Matches lie in 9 independent groups");
  });
});

test.each([{ precision: 1.2 }, { recall: 0 }, { f1: 0.5 }, { precision: 0.5, recall: 0.5 }, {}])(
  "%o is not a target",
  async (target) => {
    const run = chooseThreshold({ ...val, target: target as ThresholdTarget });
    await expect(run).rejects.toThrow(RangeError);
  },
);
