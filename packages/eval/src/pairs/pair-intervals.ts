import {
  checkResampling,
  type RunOptions,
  resampledTimes,
  yieldToEventLoop,
} from "@semblance/core";
import { meansOfCells, type PairMeasure, sumByCell } from "./pair-cells.ts";
import type { PairTable } from "./pair-table.ts";
import { mergeClusters } from "./resample-pairs.ts";
import type { PairConfidence } from "./scored-pairs.ts";
import type { SampledValue } from "./summarize-samples.ts";

// Between two pauses for the event loop.
const longestTurnMs = 30;

/** The same with defaults filled in. */
export type ConfidenceSettings = false | Required<PairConfidence>;

/** @throws RangeError for a bad `resamples` or `seed`. */
export function readConfidence(confidence: false | PairConfidence | undefined): ConfidenceSettings {
  if (confidence === false) return false;
  const settings = { resamples: confidence?.resamples ?? 1000, seed: confidence?.seed ?? 0 };
  checkResampling(settings);
  return settings;
}

/** What {@link resampleMeans} makes. */
export interface MeanStatistics<Name extends string> extends PairMeasure {
  /** Makes the statistics from the columns' weighted means; `NaN` where one is not defined. */
  readonly statistics: (means: Float64Array) => Readonly<Record<Name, number>>;
}

/** Statistics of all pairs and of each resample, the same draws for every statistic. */
export type Resampled<Name extends string> = Readonly<Record<Name, SampledValue>>;

/** Computes statistics that are functions of weighted means, over all pairs and over resamples. */
export async function resampleMeans<Name extends string>(
  table: PairTable,
  options: MeanStatistics<Name> & RunOptions & { readonly confidence: ConfidenceSettings },
): Promise<Resampled<Name>> {
  const cells = sumByCell(table, options);
  return resample(table, options, (times) => options.statistics(meansOfCells(cells, times)));
}

/** Computes statistics over all pairs and over resamples, given how often each cluster was drawn. */
export async function resample<Name extends string>(
  table: PairTable,
  options: RunOptions & { readonly confidence: ConfidenceSettings },
  compute: (times?: Float64Array) => Readonly<Record<Name, number>>,
): Promise<Resampled<Name>> {
  const { confidence, signal, onProgress } = options;
  const values = compute();
  const { count: clusters } = mergeClusters(table.clusters);
  const total = confidence && clusters > 1 ? confidence.resamples : 0;
  const sampled = mapValues(values, (value) => {
    const samples = new Float64Array(total);
    return { value, samples, clusters, n: table.labels.length };
  });
  if (!confidence || total === 0) return sampled;
  let done = 0;
  let pausedAt = 0;
  for (const times of resampledTimes({ clusters, ...confidence })) {
    if (performance.now() - pausedAt > longestTurnMs) {
      await yieldToEventLoop();
      signal?.throwIfAborted();
      onProgress?.({ stage: "resampling", done, total, unit: "resamples" });
      pausedAt = performance.now();
    }
    const found = compute(times);
    for (const name in sampled) sampled[name].samples[done] = found[name];
    done++;
  }
  return sampled;
}

/** The same names with other values. */
export function mapValues<Name extends string, Value, Result>(
  record: Readonly<Record<Name, Value>>,
  map: (value: Value, name: Name) => Result,
): Record<Name, Result> {
  const entries = Object.entries<Value>(record) as [Name, Value][];
  return Object.fromEntries(entries.map(([name, value]) => [name, map(value, name)])) as Record<
    Name,
    Result
  >;
}
