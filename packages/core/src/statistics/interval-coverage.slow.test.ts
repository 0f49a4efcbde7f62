import { expect, test } from "vitest";
import { coverage } from "../fixtures/draw-clusters.ts";
import { bootstrapInterval } from "./bootstrap.ts";
import { createRandom } from "./random.ts";

const models = [0.05, 0.3, 0.9].flatMap((mean) =>
  [100, 1000].flatMap((clusters) => [
    { mean, clusters, size: 1, correlation: 0 },
    { mean, clusters, size: 5, correlation: 0.2 },
    { mean, clusters, size: 5, correlation: 0.8 },
  ]),
);

test.each(models)(
  "the interval of a share of $mean, of $clusters clusters of $size with correlation $correlation, holds it 93 to 97 times in 100",
  { timeout: 600_000 },
  (model) => {
    const trials = { count: 2000, random: createRandom(5) };
    const covered = coverage(model, trials, (sample, seed) =>
      bootstrapInterval({ ...sample, range: [0, 1], resamples: 400, seed }),
    );
    expect(covered).toBeGreaterThanOrEqual(0.93);
    expect(covered).toBeLessThanOrEqual(0.97);
  },
);
