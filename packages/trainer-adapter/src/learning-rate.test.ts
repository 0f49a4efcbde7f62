import { expect, test } from "vitest";
import { parseAdapterConfig } from "./hyperparameters.ts";
import { rateAt } from "./learning-rate.ts";
import type { Pace } from "./pace.ts";

/** A clock that stands at `elapsed` of `limit` seconds. */
function paceAt(elapsed: number, limit = Number.POSITIVE_INFINITY): Pace {
  return {
    pause: async () => {},
    stopReason: () => undefined,
    elapsed: () => elapsed,
    left: () => limit - elapsed,
  };
}

const hyperparameters = parseAdapterConfig({ learningRate: 2, warmup: 0.1, maxSteps: 100 });
const startedAt = 5;
const rate = (step: number, pace = paceAt(startedAt)) =>
  rateAt({ hyperparameters, pace, reserve: 1 }, { step, startedAt });

test("the rate rises over the first steps, and falls to next to nothing over the rest", () => {
  expect(rate(1)).toBeCloseTo(0.2, 3);
  expect(rate(5)).toBeCloseTo(1, 1);
  expect(rate(11)).toBeCloseTo(2 * (0.5 + 0.5 * Math.cos(0.1 * Math.PI)), 6);
  expect(rate(51)).toBeCloseTo(1, 6);
  expect(rate(100)).toBeLessThan(0.001);
});

test("where the time ends before the steps, it falls with the time", () => {
  // 10 s for training: from second 5 to second 15, one more being kept for what follows.
  expect(rate(20, paceAt(10, 16))).toBeCloseTo(1, 6);
  expect(rate(30, paceAt(15, 16))).toBeCloseTo(0, 6);
});
