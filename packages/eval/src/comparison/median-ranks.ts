import type { QueryPair, QueryPairs } from "./pair-queries.ts";

/**
 * A function from how often each cluster counts to the difference b − a of the median rank of the
 * first relevant item, keyed `t2i.medr` and `i2t.medr`; none where a query has no rank.
 */
export function createMedianRanks(
  pairs: QueryPairs,
): (times: Float64Array) => Record<string, number> {
  const rowOfCluster = numberClusters(pairs.t2i);
  const sides = (["t2i", "i2t"] as const)
    .filter((direction) => pairs[direction].length > 0 && pairs[direction].every(hasRanks))
    .map((direction) => ({
      key: `${direction}.medr`,
      a: sortRanks(pairs[direction], "a", rowOfCluster),
      b: sortRanks(pairs[direction], "b", rowOfCluster),
    }));
  return (times) =>
    Object.fromEntries(
      sides.map(({ key, a, b }) => [key, medianOf(b, times) - medianOf(a, times)]),
    );
}

function hasRanks({ a, b }: QueryPair): boolean {
  return "rank" in a.metrics && "rank" in b.metrics;
}

// As the rows of a metric table are.
function numberClusters(pairs: readonly QueryPair[]): ReadonlyMap<number, number> {
  const numbers = new Map<number, number>();
  for (const { a } of pairs) if (!numbers.has(a.cluster)) numbers.set(a.cluster, numbers.size);
  return numbers;
}

interface SortedRanks {
  /** Lowest first. */
  readonly ranks: Float64Array;
  /** The row of each one's cluster. */
  readonly rows: Uint32Array;
}

function sortRanks(
  pairs: readonly QueryPair[],
  side: "a" | "b",
  rowOfCluster: ReadonlyMap<number, number>,
): SortedRanks {
  const sorted = pairs
    .map((pair) => ({ rank: pair[side].metrics.rank ?? Number.NaN, cluster: pair.a.cluster }))
    .sort((x, y) => x.rank - y.rank);
  return {
    ranks: Float64Array.from(sorted, ({ rank }) => rank),
    rows: Uint32Array.from(sorted, ({ cluster }) => rowOfCluster.get(cluster) ?? 0),
  };
}

// Between the two in the middle, as `quantile` has it.
function medianOf({ ranks, rows }: SortedRanks, times: Float64Array): number {
  let count = 0;
  for (let i = 0; i < rows.length; i++) count += times[rows[i] as number] as number;
  const middle = (count - 1) / 2;
  let before = 0;
  let low = Number.NaN;
  for (let i = 0; i < rows.length; i++) {
    before += times[rows[i] as number] as number;
    if (Number.isNaN(low) && before > Math.floor(middle)) low = ranks[i] as number;
    if (before > Math.ceil(middle)) return (low + (ranks[i] as number)) / 2;
  }
  return Number.NaN;
}
