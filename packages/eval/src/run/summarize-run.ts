/** What each query scores, and the whole. */
export interface RunMetrics {
  /**
   * Means over queries by name: `"ndcg@10"`. All in [0, 1], but for the ranks `medr` and `meanr` (from
   * 1).
   */
  readonly metrics: Readonly<Record<string, number>>;
  /** Every query that counts, in the order of the qrels. */
  readonly queries: {
    readonly ids: readonly string[];
    /** By name, one value a query; `rank` is `Infinity` where nothing relevant was retrieved. */
    readonly metrics: Readonly<Record<string, Float64Array>>;
  };
}

/** What {@link summarizeRun} adds up. */
export interface SummarizeRunOptions {
  readonly ids: readonly string[];
  readonly names: readonly string[];
  /** `[queries, names]`, row-major. */
  readonly table: Float64Array;
}

/** Turns a table of metrics into columns and their means. */
export function summarizeRun({ ids, names, table }: SummarizeRunOptions): RunMetrics {
  const columns: Record<string, Float64Array> = {};
  const metrics: Record<string, number> = {};
  for (const [column, name] of names.entries()) {
    const values = new Float64Array(ids.length);
    for (let i = 0; i < ids.length; i++) values[i] = table[i * names.length + column] as number;
    columns[name] = values;
    if (name === "rank") Object.assign(metrics, summarizeRanks(values));
    else metrics[name] = meanOf(values);
  }
  return { metrics, queries: { ids, metrics: columns } };
}

function summarizeRanks(ranks: Float64Array): Record<string, number> {
  const sums = { medr: medianOf(ranks), meanr: meanOf(ranks) };
  return Object.fromEntries(Object.entries(sums).filter(([, value]) => Number.isFinite(value)));
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

// Not core's `quantile`, which interpolates: between a rank and Infinity that is NaN.
function medianOf(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
