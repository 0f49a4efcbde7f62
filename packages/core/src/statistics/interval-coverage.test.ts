import { expect, test } from "vitest";
import { coverage } from "../fixtures/draw-clusters.ts";
import { bootstrapInterval } from "./bootstrap.ts";
import { createRandom } from "./random.ts";

// interval-coverage.slow.test.ts has more trials, more resamples and more cases.
test.each([
  { mean: 0.05, clusters: 100, size: 1, correlation: 0, count: 600 },
  { mean: 0.3, clusters: 100, size: 1, correlation: 0, count: 600 },
  { mean: 0.9, clusters: 100, size: 1, correlation: 0, count: 600 },
  { mean: 0.05, clusters: 100, size: 5, correlation: 0.5, count: 600 },
  { mean: 0.3, clusters: 100, size: 5, correlation: 0.5, count: 600 },
  { mean: 0.9, clusters: 100, size: 5, correlation: 0.5, count: 600 },
  { mean: 0.05, clusters: 1000, size: 5, correlation: 0.5, count: 400 },
])(
  "the interval of a share of $mean, of $clusters clusters of $size, holds it 93 to 97 times in 100",
  (model) => {
    const trials = { count: model.count, random: createRandom(3) };
    const covered = coverage(model, trials, (sample, seed) =>
      bootstrapInterval({ ...sample, range: [0, 1], resamples: 300, seed }),
    );
    expect(covered).toBeGreaterThanOrEqual(0.93);
    expect(covered).toBeLessThanOrEqual(0.97);
  },
);
