import type { TieGroup } from "@semblance/core";
import { emptyBestRows, insertRow, worstOf } from "./best-rows.ts";
import type { HitColumns, RelevantRows } from "./query-columns.ts";
import { lastNotAbove, type ScorePoints, sortPoints } from "./score-points.ts";

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
 * The scores of a query's relevant rows are points on the line of scores. Each score that comes in
 * falls on a point or into the gap above one, and is counted there; what stands above a relevant row
 * is then the sum over the points and gaps above its own.
 */
export interface RankCounts extends RankCountsOptions {
  readonly points: ScorePoints;
  /** At 2i what fell on point i, at 2i + 1 what fell between it and the query's next. */
  readonly counts: Uint32Array;
  /** Below this score a row changes nothing for the query, any more. */
  readonly notable: Float32Array;
  /** How many tied rows come before each relevant one; only with `places`. */
  readonly tiedBefore: Uint32Array;
  readonly hits: HitColumns;
}

/** Counts that have not seen a score. */
export function createRankCounts(options: RankCountsOptions): RankCounts {
  const { relevant, scores, perQuery, places } = options;
  const queries = relevant.starts.length - 1;
  return {
    ...options,
    points: sortPoints(relevant.starts, scores),
    counts: new Uint32Array(2 * scores.length),
    notable: new Float32Array(queries).fill(Number.NEGATIVE_INFINITY),
    tiedBefore: new Uint32Array(places ? scores.length : 0),
    hits: emptyBestRows(queries, perQuery),
  };
}

/** Counts the score of a gallery row. Each row comes once to a query, in ascending order. */
export function noteScore(ranks: RankCounts, query: number, row: number, score: number): void {
  const { relevant, points, counts, notable, hits, places } = ranks;
  const first = relevant.starts[query] as number;
  const lowest = points.values[first] as number;
  if (score >= lowest) {
    const end = first + (points.counts[query] as number);
    const point = lastNotAbove(points.values, first, end, score);
    const isOn = score === points.values[point];
    const at = 2 * point + (isOn ? 0 : 1);
    counts[at] = (counts[at] as number) + 1;
    if (isOn && places) noteTie(ranks, query, places[row] as number, score);
  }
  if (score <= worstOf(hits, query)) return;
  insertRow(hits, query, row, score);
  const worst = worstOf(hits, query);
  if (!Number.isNaN(worst)) notable[query] = Math.min(worst, lowest);
}

function noteTie(ranks: RankCounts, query: number, place: number, score: number): void {
  const { relevant, scores, places, tiedBefore } = ranks;
  const end = relevant.starts[query + 1] as number;
  for (let i = relevant.starts[query] as number; i < end; i++) {
    if (scores[i] !== score) continue;
    const ownPlace = places?.[relevant.rows[i] as number] as number;
    if (place < ownPlace) tiedBefore[i] = (tiedBefore[i] as number) + 1;
  }
}

/** Where a query's relevant rows stand once all scores were seen, best first, ties as they are. */
export function tieGroupsOf(ranks: RankCounts, query: number): TieGroup[] {
  const { relevant, points, counts } = ranks;
  const first = relevant.starts[query] as number;
  const groups: TieGroup[] = [];
  let above = 0;
  let end = relevant.starts[query + 1] as number;
  for (let point = first + (points.counts[query] as number) - 1; point >= first; point--) {
    above += counts[2 * point + 1] as number;
    const size = counts[2 * point] as number;
    const from = firstOnPoint(ranks, point, first, end);
    groups.push({ above, size, relevant: rowsAt(ranks, from, end) });
    above += size;
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

/**
 * The same with every tie broken by `places`: each relevant row stands alone where its order puts it.
 */
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
