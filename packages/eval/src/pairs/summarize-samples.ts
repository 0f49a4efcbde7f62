import { type Interval, quantile, resampledInterval } from "@semblance/core";
import type { MetricValue } from "../retrieval/evaluation.ts";

/** A statistic of all pairs with what it was in every resample. */
export interface SampledValue {
  /** Of all pairs; `NaN` where it is not defined. */
  readonly value: number;
  /** One per resample; `NaN` where it is not defined. */
  readonly samples: Float64Array;
  /** How many clusters were drawn from. */
  readonly clusters: number;
  /** How many pairs it is of. */
  readonly n: number;
}

/** A value with its 95 % interval, where it has one; resamples without a value are left out. */
export function withInterval(sampled: SampledValue, range?: Interval): MetricValue {
  const { value, clusters, n } = sampled;
  const samples = sampled.samples.filter((sample) => Number.isFinite(sample));
  if (samples.length === 0 || clusters < 2 || !Number.isFinite(value)) return { value, n };
  const interval = { samples, estimate: value, clusters, ...(range && { range }) };
  return { value, ci95: resampledInterval(interval), n };
}

/**
 * A value of 0 or more that chance makes larger, with its basic interval: the percentiles mirrored at
 * the value, because resamples are further above it than it is above the truth. That makes up for part
 * of it only: the interval may lie above 0 where the truth is 0. It always contains the value.
 *
 * @see Davison & Hinkley, "Bootstrap Methods and their Application" (1997), section 5.2.
 */
export function withMirroredInterval({ value, samples, n }: SampledValue): MetricValue {
  const sorted = samples.filter((sample) => Number.isFinite(sample)).sort();
  if (sorted.length === 0) return { value, n };
  const endAt = (share: number) => Math.max(0, 2 * value - quantile(sorted, share));
  return { value, ci95: [Math.min(value, endAt(0.975)), Math.max(value, endAt(0.025))], n };
}

/** The standard deviation of the resamples: a standard error. Those without a value are left out. */
export function standardError(samples: Float64Array): number {
  const defined = samples.filter((sample) => Number.isFinite(sample));
  const mean = defined.reduce((sum, value) => sum + value, 0) / defined.length;
  const squares = defined.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / Math.max(1, defined.length - 1));
}
