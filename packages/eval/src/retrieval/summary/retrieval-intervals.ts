import {
  type Interval,
  type RunOptions,
  resampledInterval,
  resampledTotals,
  withoutUndefined,
  yieldToEventLoop,
} from "@semblance/core";
import { columnTotals, type MetricTable, meansOf } from "./metric-table.ts";

/** What {@link retrievalIntervals} resamples. */
export interface RetrievalIntervalOptions extends RunOptions {
  readonly table: MetricTable;
  readonly resamples: number;
  readonly seed: number;
}

// Additions between two pauses: some tens of milliseconds.
const additionsPerTurn = 2 ** 24;

/**
 * 95 % intervals of everything that `meansOf` gives, under the same keys. Whole clusters are drawn,
 * both directions together, so that `rsum` has its interval too. Figures that are at an end of their
 * range in every cluster, such as a hit rate of 1, have Wilson's interval.
 *
 * @returns nothing for fewer than two clusters.
 */
export async function retrievalIntervals(
  options: RetrievalIntervalOptions,
): Promise<ReadonlyMap<string, Interval>> {
  const { table, resamples, seed, signal, onProgress } = options;
  const { columns, data } = table;
  const samples = new Map<string, Float64Array>();
  if (data.length <= columns.length) return new Map();
  const pause = Math.max(1, Math.floor(additionsPerTurn / data.length));
  const draws = resampledTotals({ table: data, columns: columns.length, resamples, seed });
  let done = 0;
  for (const totals of draws) {
    if (done % pause === 0) {
      await yieldToEventLoop();
      signal?.throwIfAborted();
      onProgress?.({ stage: "resampling", done, total: resamples, unit: "resamples" });
    }
    for (const [key, mean] of Object.entries(meansOf(totals, columns))) {
      const means = samples.get(key) ?? new Float64Array(resamples);
      means[done] = mean;
      samples.set(key, means);
    }
    done++;
  }
  const clusters = data.length / columns.length;
  const estimates = meansOf(columnTotals(table), columns);
  return new Map(
    Object.entries(estimates).map(([key, estimate]) => {
      const means = samples.get(key) ?? new Float64Array();
      const range = rangeOf(key);
      const facts = withoutUndefined({ samples: means, estimate, clusters, range });
      return [key, resampledInterval(facts)];
    }),
  );
}

function rangeOf(key: string): Interval | undefined {
  if (key.endsWith(".meanr")) return undefined;
  return key === "rsum" ? [0, 600] : [0, 1];
}
