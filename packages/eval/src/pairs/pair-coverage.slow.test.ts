import { createRandom } from "@semblance/core";
import { expect, test } from "vitest";
import { drawPairs, posteriorOf } from "../fixtures/draw-pairs.ts";
import { evaluatePairs } from "./evaluate-pairs.ts";

const threshold = 0.3;
const prior = 0.5;
const truth = trueValues();

test.each([
  { images: 30, captions: 3, trials: 200 },
  { images: 60, captions: 1, trials: 200 },
])(
  "intervals of all images with all texts hold the truth 92 to 99 times in 100: %o",
  { timeout: 600_000 },
  async ({ images, captions, trials }) => {
    const held = { auroc: 0, precision: 0, recall: 0, brier: 0 };
    for (let trial = 0; trial < trials; trial++) {
      const pairs = drawPairs({ random: createRandom(trial), images, captions });
      const probabilities = pairs.scores.map((score) => posteriorOf(score, prior));
      const confidence = { resamples: 300, seed: trial };
      const { metrics } = await evaluatePairs({
        ...pairs,
        probabilities,
        threshold,
        prior,
        confidence,
      });
      for (const name of Object.keys(held) as (keyof typeof held)[]) {
        const [low = 1, high = 0] = metrics[name]?.ci95 ?? [];
        if (low <= truth[name] && truth[name] <= high) held[name]++;
      }
    }
    for (const [name, count] of Object.entries(held)) {
      expect(count / trials, name).toBeGreaterThanOrEqual(0.92);
      expect(count / trials, name).toBeLessThanOrEqual(0.99);
    }
  },
);

// By adding up over the two normal densities of the scores, in their standard deviations.
function trueValues() {
  const step = 0.001;
  const sum = { found: 0, called: 0, brier: 0, won: 0, below: 0 };
  for (let z = -8; z < 10; z += step) {
    const other = density(z) * step;
    const match = density(z - 1.5) * step;
    const probability = posteriorOf(0.2 + 0.1 * z, prior);
    if (z >= 1) sum.found += match;
    if (z >= 1) sum.called += other;
    sum.brier += (match * (1 - probability) ** 2 + other * probability ** 2) / 2;
    sum.won += match * (sum.below + other / 2);
    sum.below += other;
  }
  return {
    auroc: sum.won,
    recall: sum.found,
    precision: sum.found / (sum.found + sum.called),
    brier: sum.brier,
  };
}

function density(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}
