import { bootstrapInterval, withoutUndefined } from "@semblance/core";
import type { Direction } from "../retrieval/evaluation.ts";
import { partsByColumn, partsByWords, type QueryParts } from "../slices/query-parts.ts";
import type { SliceDifference } from "./comparison.ts";
import type { QueryPair, QueryPairs } from "./pair-queries.ts";

/** What {@link sliceQueries} measures. */
export interface SliceOptions {
  readonly pairs: QueryPairs;
  readonly k: number;
  readonly resamples: number;
  readonly seed: number;
}

/**
 * Compares by hit@k over parts of the queries: captions by their number of words, in quarters, and
 * queries by every column that the user gave. Numbers of more than 20 values are taken in quarters;
 * other columns of more than 20 values are left out.
 */
export function sliceQueries(options: SliceOptions): SliceDifference[] {
  const { t2i, i2t } = options.pairs;
  const parts = partsByWords(t2i.map(({ a }) => a.text ?? a.query));
  return [
    ...measure("t2i", "caption length", t2i, parts, options),
    ...sliceByColumns("t2i", t2i, options),
    ...sliceByColumns("i2t", i2t, options),
  ];
}

function sliceByColumns(
  direction: Direction,
  pairs: readonly QueryPair[],
  options: SliceOptions,
): SliceDifference[] {
  const columns = new Set(pairs.flatMap(({ a }) => Object.keys(a.metadata ?? {})));
  return [...columns].flatMap((column) => {
    const cells = pairs.map(({ a }) => a.metadata?.[column]);
    return measure(direction, column, pairs, partsByColumn(cells), options);
  });
}

function measure(
  direction: Direction,
  by: string,
  pairs: readonly QueryPair[],
  parts: QueryParts,
  options: SliceOptions,
): SliceDifference[] {
  const members = new Map(parts.names.map((name): [string, QueryPair[]] => [name, []]));
  for (const [i, pair] of pairs.entries()) members.get(parts.of[i] ?? "")?.push(pair);
  const slices = [...members].filter(([, own]) => own.length > 0);
  if (slices.length < 2) return [];
  return slices.map(([value, own]) => ({ direction, by, value, ...compareHits(own, options) }));
}

function compareHits(pairs: readonly QueryPair[], { k, resamples, seed }: SliceOptions) {
  const hitsOf = (side: "a" | "b") =>
    Float64Array.from(pairs, (pair) => pair[side].metrics[`hit@${k}`] ?? Number.NaN);
  const [start, candidate] = [hitsOf("a"), hitsOf("b")];
  const groups = Uint32Array.from(pairs, ({ a }) => a.cluster);
  const values = candidate.map((hit, i) => hit - (start[i] ?? Number.NaN));
  const ci95 = bootstrapInterval({ values, groups, resamples, seed });
  const a = meanOf(start);
  const b = meanOf(candidate);
  return { n: pairs.length, a, b, ...withoutUndefined({ difference: b - a, ci95 }) };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
