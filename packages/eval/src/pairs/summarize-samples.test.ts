import { expect, test } from "vitest";
import { withMirroredInterval } from "./summarize-samples.ts";

test("a mirrored interval contains its value, wherever the resamples lie", () => {
  const sampled = { value: 0.2, clusters: 5, n: 9 };
  const above = withMirroredInterval({ ...sampled, samples: Float64Array.of(0.3, 0.3, 0.3) });
  const below = withMirroredInterval({ ...sampled, samples: Float64Array.of(0.1, 0.1, 0.1) });
  expect(above.ci95).toEqual([expect.closeTo(0.1, 12), 0.2]);
  expect(below.ci95).toEqual([0.2, expect.closeTo(0.3, 12)]);
});

test("resamples without a value leave none for an interval", () => {
  const samples = Float64Array.of(Number.NaN, Number.NaN);
  expect(withMirroredInterval({ value: 0.2, samples, clusters: 2, n: 2 })).toEqual({
    value: 0.2,
    n: 2,
  });
});
