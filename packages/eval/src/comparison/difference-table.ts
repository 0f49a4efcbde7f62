import type { Direction } from "../retrieval/evaluation.ts";
import {
  columnTotals,
  createMetricTable,
  type MetricTable,
  meansOf,
} from "../retrieval/summary/metric-table.ts";
import type { QueryPair, QueryPairs } from "./pair-queries.ts";

/** Differences of two results, added up by cluster. */
export interface DifferenceTable {
  /** Sums of b − a; the columns that count the queries hold counts. */
  readonly gains: MetricTable;
  /** Sums of a's hits, for `gmean`, which is no sum; no metrics where the results lack some. */
  readonly hits: MetricTable;
  readonly clusters: number;
}

/** One total per column of each table. */
export interface DifferenceTotals {
  readonly gains: Float64Array;
  readonly hits: Float64Array;
}

/** Adds up by cluster the metrics that both results have of every query. */
export function createDifferenceTable(pairs: QueryPairs): DifferenceTable {
  const names = commonMetrics(pairs);
  const gains = tableOf(pairs, names, ({ a, b }, name) => metricOf(b, name) - metricOf(a, name));
  const six = ["hit@1", "hit@5", "hit@10"];
  const hitNames = six.every((name) => names.includes(name)) ? six : [];
  const hits = tableOf(pairs, hitNames, ({ a }, name) => metricOf(a, name));
  return { gains, hits, clusters: gains.data.length / gains.columns.length };
}

function metricOf({ metrics }: QueryPair["a"], name: string): number {
  return metrics[name] ?? Number.NaN;
}

function commonMetrics({ t2i, i2t }: QueryPairs): string[] {
  const pairs = [...t2i, ...i2t];
  const names = Object.keys(pairs[0]?.a.metrics ?? {});
  return names.filter((name) => pairs.every(({ a, b }) => name in a.metrics && name in b.metrics));
}

function tableOf(
  pairs: QueryPairs,
  names: readonly string[],
  read: (pair: QueryPair, name: string) => number,
): MetricTable {
  const side = (direction: Direction) => ({
    clusters: Uint32Array.from(pairs[direction], ({ a }) => a.cluster),
    metrics: Object.fromEntries(
      names.map((name) => [name, Float64Array.from(pairs[direction], (pair) => read(pair, name))]),
    ),
  });
  return createMetricTable({ t2i: side("t2i"), i2t: side("i2t") });
}

/** The totals over all clusters. */
export function totalsOf({ gains, hits }: DifferenceTable): DifferenceTotals {
  return { gains: columnTotals(gains), hits: columnTotals(hits) };
}

/**
 * A function from totals to the difference of every figure, keyed as in an evaluation. All are
 * linear in the sums but `gmean`, which is taken of either result.
 */
export function createDifferences(
  table: DifferenceTable,
): (totals: DifferenceTotals) => Record<string, number> {
  const { gains, hits } = table;
  const places = placesInGains(table);
  return (totals) => {
    const differences = meansOf(totals.gains, gains.columns);
    const before = meansOf(totals.hits, hits.columns);
    if (before.gmean === undefined) return differences;
    const shifted = totals.hits.map((hit, i) => hit + gainAt(places[i], totals.gains));
    const after = meansOf(shifted, hits.columns);
    return { ...differences, gmean: (after.gmean ?? 0) - before.gmean };
  };
}

/**
 * A function from the sums of b − a with some clusters swapped to the totals with these swapped: the
 * two results' mean stays, and half their difference is taken off it.
 */
export function createSwap(table: DifferenceTable): (gains: Float64Array) => DifferenceTotals {
  const { columns } = table.gains;
  const places = placesInGains(table);
  const seen = totalsOf(table);
  return (swapped) => ({
    gains: swapped.map((gain, i) =>
      columns[i]?.metric === undefined ? (seen.gains[i] ?? 0) : gain,
    ),
    hits: seen.hits.map(
      (hit, i) => hit + (gainAt(places[i], seen.gains) - gainAt(places[i], swapped)) / 2,
    ),
  });
}

// Where the gain of each column of hits stands; counts have none.
function placesInGains({ gains, hits }: DifferenceTable): (number | undefined)[] {
  return hits.columns.map(({ direction, metric }) => {
    if (metric === undefined) return undefined;
    return gains.columns.findIndex((c) => c.direction === direction && c.metric === metric);
  });
}

function gainAt(place: number | undefined, gains: Float64Array): number {
  return place === undefined ? 0 : (gains[place] ?? 0);
}
