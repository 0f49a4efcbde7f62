import { type Interval, quantile } from "@semblance/core";
import type { Direction, MetricValue } from "../evaluation.ts";
import type { QueryColumns } from "../query-columns.ts";
import { columnTotals, type MetricTable, meansOf } from "./metric-table.ts";

/** What {@link summarizeMetrics} puts together. */
export interface SummarizeMetricsOptions {
  readonly queries: Readonly<Record<Direction, QueryColumns>>;
  readonly table: MetricTable;
  /** By the key of the metric. */
  readonly intervals: ReadonlyMap<string, Interval>;
}

/** Every metric of an evaluation with its interval, if it has one, and its number of queries. */
export function summarizeMetrics(options: SummarizeMetricsOptions): Record<string, MetricValue> {
  const { queries, table, intervals } = options;
  const metrics: Record<string, MetricValue> = {
    "t2i.medr": medianRank(queries.t2i),
    "i2t.medr": medianRank(queries.i2t),
  };
  for (const [key, value] of Object.entries(meansOf(columnTotals(table), table.columns))) {
    const ci95 = intervals.get(key);
    const n = countQueries(key, queries);
    metrics[key] = ci95 === undefined ? { value, n } : { value, ci95, n };
  }
  return metrics;
}

function medianRank({ metrics, rows }: QueryColumns): MetricValue {
  const ranks = new Float64Array(metrics.rank ?? []).sort();
  return { value: quantile(ranks, 0.5), n: rows.length };
}

// `rsum` and `gmean` are made of both directions.
function countQueries(key: string, { t2i, i2t }: SummarizeMetricsOptions["queries"]): number {
  if (key.startsWith("t2i.")) return t2i.rows.length;
  return key.startsWith("i2t.") ? i2t.rows.length : t2i.rows.length + i2t.rows.length;
}
