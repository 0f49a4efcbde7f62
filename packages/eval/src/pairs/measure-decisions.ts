import type { RunOptions } from "@semblance/core";
import type { MetricValue } from "../retrieval/evaluation.ts";
import { type ConfidenceSettings, resampleMeans } from "./pair-intervals.ts";
import type { PairTable } from "./pair-table.ts";
import { type SampledValue, withInterval } from "./summarize-samples.ts";

/** What {@link measureDecisions} decides by. */
export interface DecisionOptions extends RunOptions {
  /** A pair is called a match when its score is at least this. */
  readonly threshold: number;
  readonly confidence: ConfidenceSettings;
}

/**
 * Precision, recall and F1 of calling pairs matches by a threshold, with their intervals; a value is
 * `NaN` where it is not defined.
 *
 * @see van Rijsbergen, "Information Retrieval" (1979), chapter 7: F1 = 2 · right / (called + matches).
 */
export async function measureDecisions(
  table: PairTable,
  options: DecisionOptions,
): Promise<Record<"precision" | "recall" | "f1", MetricValue>> {
  const { scores, labels } = table;
  const decisions = await resampleMeans(table, {
    ...options,
    columns: 3,
    measure: (pair, row) => {
      const isCalled = Number((scores[pair] ?? 0) >= options.threshold);
      row.set([isCalled * (labels[pair] ?? 0), isCalled, labels[pair] ?? 0]);
    },
    statistics: decisionStatistics,
  });
  const isMatch = (pair: number) => labels[pair] === 1;
  const isCalled = (pair: number) => (scores[pair] ?? 0) >= options.threshold;
  return {
    precision: withInterval(narrowToClusters(decisions.precision, table, isCalled), [0, 1]),
    recall: withInterval(narrowToClusters(decisions.recall, table, isMatch), [0, 1]),
    f1: withInterval(decisions.f1),
  };
}

/** A share of some pairs is as sure as the clusters that these lie in are many. */
export function narrowToClusters(
  sampled: SampledValue,
  { clusters }: PairTable,
  isAmong: (pair: number) => boolean,
): SampledValue {
  const images = new Set(clusters.image.filter((_, pair) => isAmong(pair)));
  const texts = new Set(clusters.text.filter((_, pair) => isAmong(pair)));
  return { ...sampled, clusters: Math.min(sampled.clusters, images.size, texts.size) };
}

// From the weights of pairs that are rightly called matches, that are called so, and that are.
function decisionStatistics([right = 0, called = 0, matches = 0]: Float64Array): Record<
  "precision" | "recall" | "f1",
  number
> {
  return {
    precision: right / called,
    recall: right / matches,
    f1: matches === 0 ? Number.NaN : (2 * right) / (called + matches),
  };
}
