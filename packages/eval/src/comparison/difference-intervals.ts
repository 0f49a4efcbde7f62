import {
  createWeightedSum,
  type Interval,
  type RunOptions,
  resampledInterval,
  resampledTimes,
  yieldToEventLoop,
} from "@semblance/core";
import { createDifferences, type DifferenceTable, totalsOf } from "./difference-table.ts";
import { createMedianRanks } from "./median-ranks.ts";
import type { QueryPairs } from "./pair-queries.ts";

/** What {@link differenceIntervals} and `differenceTests` draw from. */
export interface ResampleDifferencesOptions extends RunOptions {
  readonly pairs: QueryPairs;
  readonly table: DifferenceTable;
  readonly resamples: number;
  readonly seed: number;
}

// Resamples between two pauses: some tens of milliseconds for a thousand clusters.
export const resamplesPerTurn = 100;

/**
 * 95 % intervals of the difference of every figure, `medr` included: whole clusters are drawn, the
 * same for both results and both directions.
 *
 * @returns nothing for fewer than two clusters.
 */
export async function differenceIntervals(
  options: ResampleDifferencesOptions,
): Promise<ReadonlyMap<string, Interval>> {
  const { pairs, table, resamples, seed, signal, onProgress } = options;
  const { gains, hits, clusters } = table;
  if (clusters < 2) return new Map();
  const addGains = createWeightedSum(gains.data, gains.columns.length);
  const addHits = createWeightedSum(hits.data, hits.columns.length);
  const differencesOf = createDifferences(table);
  const mediansOf = createMedianRanks(pairs);
  const totals = totalsOf(table);
  const once = new Float64Array(clusters).fill(1);
  const estimates = Object.entries({ ...differencesOf(totals), ...mediansOf(once) });
  const samples = estimates.map(() => new Float64Array(resamples));
  let done = 0;
  for (const times of resampledTimes({ clusters, resamples, seed })) {
    if (done % resamplesPerTurn === 0) {
      await yieldToEventLoop();
      signal?.throwIfAborted();
      onProgress?.({ stage: "resampling", done, total: resamples, unit: "resamples" });
    }
    addGains(times, totals.gains);
    addHits(times, totals.hits);
    const values = Object.values({ ...differencesOf(totals), ...mediansOf(times) });
    for (const [figure, value] of values.entries()) {
      const own = samples[figure];
      if (own) own[done] = value;
    }
    done++;
  }
  return new Map(
    estimates.map(([key, estimate], figure) => {
      const own = samples[figure] ?? new Float64Array();
      return [key, resampledInterval({ samples: own, estimate, clusters })];
    }),
  );
}
