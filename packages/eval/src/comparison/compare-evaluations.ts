import { checkResampling, DatasetError, type RunOptions, withoutUndefined } from "@semblance/core";
import { type ChangedQueries, findChangedQueries } from "./changed-queries.ts";
import { compareMetrics, countVerdicts } from "./compare-metrics.ts";
import type { Comparison } from "./comparison.ts";
import { differenceIntervals } from "./difference-intervals.ts";
import { createDifferenceTable } from "./difference-table.ts";
import { differenceTests } from "./difference-tests.ts";
import type { EvaluatedQueries } from "./evaluation-document.ts";
import { pairQueries, type QueryPairs } from "./pair-queries.ts";
import { requireSameGallery } from "./require-same-gallery.ts";
import { requireSameProtocol } from "./require-same-protocol.ts";
import { sliceQueries } from "./slice-queries.ts";

/** Options of {@link compareEvaluations}. */
export interface CompareEvaluationsOptions extends RunOptions {
  readonly a: EvaluatedQueries;
  /** Over the same gallery. */
  readonly b: EvaluatedQueries;
  /** The cut-off for queries fixed and broken, and for slices. @defaultValue the lowest of both */
  readonly k?: number;
  /**
   * Keys of the metrics to compare: name beforehand what you care about, since Holm's method corrects
   * for all that are tested. @defaultValue all that both have
   */
  readonly metrics?: readonly string[];
  /** How often to resample, and to swap. @defaultValue 10000 */
  readonly resamples?: number;
  /** An integer in [0, 2³²). @defaultValue 0 */
  readonly seed?: number;
}

/**
 * Compares two results over the same queries: every metric that both have, with the paired 95 %
 * interval of the difference, the p-value of a paired randomisation test, and that p-value by Holm's
 * method over all metrics; which queries b fixes and breaks; and where the difference lies.
 *
 * Whole clusters of queries that relevant pairs connect are resampled and swapped, both directions
 * together.
 *
 * @throws {@link DatasetError} with code `GALLERIES_DIFFER`, `PROTOCOLS_DIFFER`, `QUERIES_DIFFER`, or
 * `NOTHING_IN_COMMON` when no cut-off is in both.
 * @throws RangeError for a metric or `k` that the results do not have, or a bad `resamples` or `seed`.
 */
export async function compareEvaluations(options: CompareEvaluationsOptions): Promise<Comparison> {
  const { a, b, resamples = 10_000, seed = 0, signal, onProgress } = options;
  checkResampling({ resamples, seed });
  requireSameGallery(a, b);
  requireSameProtocol(a.document, b.document);
  const pairs = pairQueries(a, b);
  const k = chooseCutoff(options);
  const table = createDifferenceTable(pairs);
  const run = withoutUndefined({ signal, onProgress });
  const intervals = await differenceIntervals({ pairs, table, resamples, seed, ...run });
  const tests = await differenceTests({ pairs, table, resamples, seed, ...run });
  const metrics = compareMetrics({ keys: chooseMetrics(options), a, b, intervals, tests });
  const { dataset, protocol } = a.document;
  return {
    schema: 1,
    dataset,
    protocol,
    a: { model: a.document.model },
    b: { model: b.document.model },
    metrics,
    onlyIn: { a: keysMissing(a, b), b: keysMissing(b, a) },
    verdict: countVerdicts(Object.values(metrics)),
    k,
    ...changedBothWays(pairs, k),
    slices: sliceQueries({ pairs, k, resamples, seed }),
    resampling: { resamples, seed },
  };
}

function chooseMetrics({ a, b, metrics }: CompareEvaluationsOptions): readonly string[] {
  const common = Object.keys(a.document.metrics).filter((key) => key in b.document.metrics);
  const unknown = metrics?.find((key) => !common.includes(key));
  if (unknown !== undefined) {
    throw new RangeError(`Both results have ${common.join(", ")}; found ${unknown}.`);
  }
  return metrics ? Array.from(new Set(metrics)) : common;
}

function keysMissing(from: EvaluatedQueries, other: EvaluatedQueries): string[] {
  return Object.keys(from.document.metrics).filter((key) => !(key in other.document.metrics));
}

function chooseCutoff({ a, b, k }: CompareEvaluationsOptions): number {
  const [own = [], other = []] = [a, b].map(({ queries }) => cutoffsOf(queries[0]?.metrics ?? {}));
  const common = own.filter((cutoff) => other.includes(cutoff)).sort((x, y) => x - y);
  const [lowest] = common;
  if (lowest === undefined) {
    throw new DatasetError({
      code: "NOTHING_IN_COMMON",
      message: `The results have no cut-off in common: ${own.join(", ")} and ${other.join(", ")}.`,
      fix: "Evaluate both models with the same --k.",
    });
  }
  if (k !== undefined && !common.includes(k)) {
    throw new RangeError(`k must be a cut-off of both results, ${common.join(", ")}; found ${k}.`);
  }
  return k ?? lowest;
}

function cutoffsOf(metrics: Readonly<Record<string, number>>): number[] {
  const names = Object.keys(metrics).filter((name) => name.startsWith("hit@"));
  return names.map((name) => Number(name.slice("hit@".length)));
}

function changedBothWays(pairs: QueryPairs, k: number): Pick<Comparison, "fixed" | "broken"> {
  const t2i: ChangedQueries = findChangedQueries(pairs.t2i, k);
  const i2t: ChangedQueries = findChangedQueries(pairs.i2t, k);
  return {
    fixed: { t2i: t2i.fixed, i2t: i2t.fixed },
    broken: { t2i: t2i.broken, i2t: i2t.broken },
  };
}
