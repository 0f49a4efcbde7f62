import type { TieGroup } from "@semblance/core";
import type { HitColumns, RelevantRows } from "../query-columns.ts";
import { emptyBestRows } from "./best-rows.ts";
import { type ScorePoints, sortPoints } from "./score-points.ts";

/** What {@link createRankCounts} begins with. */
export interface RankCountsOptions {
  /** Of every query that counts. */
  readonly relevant: RelevantRows;
  /** The score of each of them, in the same order. */
  readonly scores: Float32Array;
  /** How many best rows to keep of each query, at least 1. */
  readonly perQuery: number;
  /** The order of tied gallery rows, lower first; `undefined` where ties have none. */
  readonly places: Uint32Array | undefined;
}

/**
 * Where the relevant rows of many queries stand, found out from one look at each score: nothing is
 * sorted, and the scores need not be in memory together.
 *
 * The scores of a query's relevant rows are points on the line of scores. Of every point the scores
 * above it and those on it are counted, which is all that ranks need.
 */
export interface RankCounts extends RankCountsOptions {
  readonly points: ScorePoints;
  /** How many scores are above each point. */
  readonly above: Uint32Array;
  /** How many scores are exactly each point's. */
  readonly equal: Uint32Array;
  /** How many tied rows come before each relevant one; only with `places`. */
  readonly tiedBefore: Uint32Array;
  readonly hits: HitColumns;
}

/** Counts that have not seen a score. */
export function createRankCounts(options: RankCountsOptions): RankCounts {
  const { relevant, scores, perQuery, places } = options;
  return {
    ...options,
    points: sortPoints(relevant.starts, scores),
    above: new Uint32Array(scores.length),
    equal: new Uint32Array(scores.length),
    tiedBefore: new Uint32Array(places ? scores.length : 0),
    hits: emptyBestRows(relevant.starts.length - 1, perQuery),
  };
}

/** Counts a gallery row that has exactly the score of relevant ones, where ties have an order. */
export function noteTie(ranks: RankCounts, query: number, row: number, score: number): void {
  const { relevant, scores, places, tiedBefore } = ranks;
  if (!places) return;
  const place = places[row] as number;
  const end = relevant.starts[query + 1] as number;
  for (let i = relevant.starts[query] as number; i < end; i++) {
    if (scores[i] !== score || place >= (places[relevant.rows[i] as number] as number)) continue;
    tiedBefore[i] = (tiedBefore[i] as number) + 1;
  }
}

/** Where a query's relevant rows stand once all scores were seen, best first, ties as they are. */
export function tieGroupsOf(ranks: RankCounts, query: number): TieGroup[] {
  const { relevant, points, above, equal } = ranks;
  const first = relevant.starts[query] as number;
  const groups: TieGroup[] = [];
  let end = relevant.starts[query + 1] as number;
  for (let point = first + (points.counts[query] as number) - 1; point >= first; point--) {
    const from = firstOnPoint(ranks, point, first, end);
    const rows = rowsAt(ranks, from, end);
    groups.push({ above: above[point] as number, size: equal[point] as number, relevant: rows });
    end = from;
  }
  return groups;
}

// Relevant rows in [first, end) of the order that share the point's score stand at its end.
function firstOnPoint(ranks: RankCounts, point: number, first: number, end: number): number {
  const { points, scores } = ranks;
  let from = end;
  while (from > first && scores[points.order[from - 1] as number] === points.values[point]) from--;
  return from;
}

function rowsAt({ points, relevant }: RankCounts, from: number, end: number): number[] {
  return Array.from(points.order.subarray(from, end), (place) => relevant.rows[place] as number);
}

/** The same with ties broken by `places`: each relevant row stands alone where its order puts it. */
export function orderedGroupsOf(ranks: RankCounts, query: number): TieGroup[] {
  const { relevant, tiedBefore } = ranks;
  const first = relevant.starts[query] as number;
  const own = relevant.rows.subarray(first, relevant.starts[query + 1]);
  const before = new Map(Array.from(own, (row, i) => [row, tiedBefore[first + i] as number]));
  const alone = tieGroupsOf(ranks, query).flatMap(({ above, relevant: rows }) =>
    rows.map((row) => ({ above: above + (before.get(row) ?? 0), size: 1, relevant: [row] })),
  );
  return alone.sort((a, b) => a.above - b.above);
}
