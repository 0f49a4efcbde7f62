import { type Interval, percentileInterval } from "@semblance/core";
import type { MetricValue } from "../retrieval/evaluation.ts";

/**
 * A value with the 95 % percentile interval of its resamples, without those where it is not defined.
 */
export function withInterval(value: number, samples: Float64Array, n: number): MetricValue {
  const ci95 = intervalOf(samples);
  return { value, n, ...(ci95 && Number.isFinite(value) && { ci95 }) };
}

/**
 * A value of 0 or more that chance makes larger, with its basic interval: the percentiles mirrored at
 * the value, because resamples are further above it than it is above the truth. That makes up for part
 * of it only: the interval may lie above 0 where the truth is 0.
 *
 * @see Davison & Hinkley, "Bootstrap Methods and their Application" (1997), section 5.2.
 */
export function withMirroredInterval(value: number, samples: Float64Array, n: number): MetricValue {
  const [low, high] = intervalOf(samples) ?? [];
  if (low === undefined || high === undefined) return { value, n };
  return { value, n, ci95: [Math.max(0, 2 * value - high), Math.max(0, 2 * value - low)] };
}

/** The standard deviation of the resamples: a standard error. */
export function standardError(samples: Float64Array): number {
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  const squares = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, samples.length - 1));
}

function intervalOf(samples: Float64Array): Interval | undefined {
  const defined = samples.filter((value) => Number.isFinite(value));
  return defined.length === 0 ? undefined : percentileInterval(defined);
}
