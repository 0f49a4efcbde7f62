import { bootstrapInterval, quantile, withoutUndefined } from "@semblance/core";
import type { Direction } from "../retrieval/evaluation.ts";
import type { SliceDifference } from "./comparison.ts";
import type { QueryPair, QueryPairs } from "./pair-queries.ts";

/** What {@link sliceQueries} measures. */
export interface SliceOptions {
  readonly pairs: QueryPairs;
  readonly k: number;
  readonly resamples: number;
  readonly seed: number;
}

// A column with more values than this tells rows apart, not kinds of rows.
const mostValues = 20;

/**
 * Compares by hit@k over parts of the queries: captions by their number of words, in quarters, and
 * queries by every column that the user gave. Numbers of more than 20 values are taken in quarters;
 * other columns of more than 20 values are left out.
 */
export function sliceQueries(options: SliceOptions): SliceDifference[] {
  const { t2i, i2t } = options.pairs;
  const words = t2i.map(({ a }) => countWords(a.text ?? a.query));
  return [
    ...measure("t2i", "caption length", t2i, quarters(words, "words"), options),
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
    return measure(direction, column, pairs, partsOf(cells), options);
  });
}

/** Parts of the queries. */
interface Parts {
  /** In the order to list them. */
  readonly names: readonly string[];
  /** The name of each query's part; `undefined` for a query in none. */
  readonly of: readonly (string | undefined)[];
}

const noParts: Parts = { names: [], of: [] };

function partsOf(cells: readonly (string | number | boolean | undefined)[]): Parts {
  const distinct = new Set(cells);
  distinct.delete(undefined);
  if (distinct.size <= mostValues) {
    return { names: Array.from(distinct, String), of: cells.map((cell) => cell?.toString()) };
  }
  const numbers = cells.filter((cell) => typeof cell === "number");
  if (numbers.length < cells.filter((cell) => cell !== undefined).length) return noParts;
  return quarters(cells.map((cell) => (typeof cell === "number" ? cell : undefined)));
}

function countWords(text: string): number {
  return text.trim().split(/\s+/).length;
}

// Fewer than four where many values are the same.
function quarters(values: readonly (number | undefined)[], unit = ""): Parts {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  if (sorted.length === 0) return noParts;
  const bounds = [...new Set([0.25, 0.5, 0.75, 1].map((share) => quantile(sorted, share)))];
  const partOf = (value: number) => bounds.findIndex((bound) => value <= bound);
  const names = bounds.map((_, part) => {
    const own = sorted.filter((value) => partOf(value) === part);
    const [low = 0, high = 0] = [own[0], own.at(-1)];
    return `${low === high ? low : `${low} to ${high}`} ${unit}`.trim();
  });
  const of = values.map((value) => (value === undefined ? undefined : names[partOf(value)]));
  return { names, of };
}

function measure(
  direction: Direction,
  by: string,
  pairs: readonly QueryPair[],
  parts: Parts,
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
