import { type Interval, withoutUndefined } from "@semblance/core";
import type { ComparisonVerdict, MetricDifference } from "./comparison.ts";
import type { EvaluatedQueries } from "./evaluation-document.ts";
import { adjustByHolm } from "./holm.ts";

/** What {@link compareMetrics} puts together. */
export interface CompareMetricsOptions {
  /** The metrics to compare, which both results have. */
  readonly keys: readonly string[];
  readonly a: EvaluatedQueries;
  readonly b: EvaluatedQueries;
  readonly intervals: ReadonlyMap<string, Interval>;
  readonly tests: ReadonlyMap<string, number>;
}

/** Every metric's difference with its interval, its p-values and what they say. */
export function compareMetrics(options: CompareMetricsOptions): Record<string, MetricDifference> {
  const { keys, a, b, intervals, tests } = options;
  const tested = keys.filter((key) => tests.has(key));
  const adjusted = adjustByHolm(tested.map((key) => tests.get(key) ?? 1));
  return Object.fromEntries(
    keys.map((key): [string, MetricDifference] => {
      const { value: before = 0, n = 0 } = a.document.metrics[key] ?? {};
      const { value: after = 0 } = b.document.metrics[key] ?? {};
      const difference = after - before;
      const pHolm = adjusted[tested.indexOf(key)];
      const found = { ci95: intervals.get(key), p: tests.get(key), pHolm };
      const verdict = judge(key, difference, pHolm);
      return [key, withoutUndefined({ a: before, b: after, difference, ...found, n, verdict })];
    }),
  );
}

const level = 0.05;

function judge(key: string, difference: number, pHolm = 1): MetricDifference["verdict"] {
  if (pHolm >= level || difference === 0) return "undecided";
  const isRank = key.endsWith(".meanr") || key.endsWith(".medr");
  return difference > 0 === isRank ? "worse" : "better";
}

/** How many of the metrics say what. */
export function countVerdicts(metrics: readonly MetricDifference[]): ComparisonVerdict {
  const count = (wanted: MetricDifference["verdict"]) =>
    metrics.filter(({ verdict }) => verdict === wanted).length;
  const tested = metrics.filter(({ p }) => p !== undefined).length;
  return { better: count("better"), worse: count("worse"), tested };
}
