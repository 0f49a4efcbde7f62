import { createWeightedSum } from "@semblance/core";
import type { Direction } from "../evaluation.ts";
import type { QueryColumns } from "../query-columns.ts";

/** Metrics added up by cluster, so that a mean over any choice of clusters is a few additions. */
export interface MetricTable {
  readonly columns: readonly MetricColumn[];
  /** `[clusters, columns]`, row-major; only clusters with a query. */
  readonly data: Float64Array;
}

/** A sum over queries. */
export interface MetricColumn {
  readonly direction: Direction;
  /** Name in {@link QueryColumns.metrics}; `undefined` for the column that counts the queries. */
  readonly metric: string | undefined;
}

type Queries = Readonly<Record<Direction, Pick<QueryColumns, "clusters" | "metrics">>>;

const directions: readonly Direction[] = ["t2i", "i2t"];

/** Adds up every metric of both directions by cluster. */
export function createMetricTable(queries: Queries): MetricTable {
  const columns = directions.flatMap((direction) => {
    const names = Object.keys(queries[direction].metrics);
    return [...names, undefined].map((metric) => ({ direction, metric }));
  });
  const rowOfCluster = new Map<number, number>();
  for (const cluster of queries.t2i.clusters) {
    if (!rowOfCluster.has(cluster)) rowOfCluster.set(cluster, rowOfCluster.size);
  }
  const data = new Float64Array(rowOfCluster.size * columns.length);
  for (const [column, { direction, metric }] of columns.entries()) {
    const { clusters, metrics } = queries[direction];
    const values = metric === undefined ? undefined : metrics[metric];
    for (const [i, cluster] of clusters.entries()) {
      const at = (rowOfCluster.get(cluster) ?? 0) * columns.length + column;
      data[at] = (data[at] ?? 0) + (values === undefined ? 1 : (values[i] ?? 0));
    }
  }
  return { columns, data };
}

/** The sum of each column over all clusters. */
export function columnTotals({ columns, data }: MetricTable): Float64Array {
  const totals = new Float64Array(columns.length);
  const once = new Float64Array(data.length / columns.length).fill(1);
  createWeightedSum(data, columns.length)(once, totals);
  return totals;
}

/**
 * Means over queries, keyed as in an evaluation: `rank` becomes `meanr`, and `rsum` and `gmean` are
 * there when hit@1, hit@5 and hit@10 are.
 *
 * @param totals - One per column.
 */
export function meansOf(
  totals: ArrayLike<number>,
  columns: readonly MetricColumn[],
): Record<string, number> {
  const means: Record<string, number> = {};
  const counts = { t2i: countOf("t2i", totals, columns), i2t: countOf("i2t", totals, columns) };
  for (const [column, { direction, metric }] of columns.entries()) {
    if (metric === undefined) continue;
    const name = metric === "rank" ? "meanr" : metric;
    means[`${direction}.${name}`] = (totals[column] ?? 0) / counts[direction];
  }
  return { ...means, ...summariesOf(means) };
}

function countOf(
  direction: Direction,
  totals: ArrayLike<number>,
  columns: readonly MetricColumn[],
): number {
  const column = columns.findIndex((c) => c.direction === direction && c.metric === undefined);
  return totals[column] ?? 0;
}

// Recall sum of the literature, with its "recall" being hit@k: Faghri et al., "VSE++", BMVC 2018.
function summariesOf(means: Readonly<Record<string, number>>): Record<string, number> {
  let sum = 0;
  let product = 1;
  for (const direction of directions) {
    for (const k of [1, 5, 10]) {
      const hit = means[`${direction}.hit@${k}`];
      if (hit === undefined) return {};
      sum += hit;
      product *= hit;
    }
  }
  return { rsum: 100 * sum, gmean: product ** (1 / 6) };
}
