import type { HitColumns } from "../query-columns.ts";

/** Lists without rows, to be filled by {@link insertRow}. */
export function emptyBestRows(queries: number, perQuery: number): HitColumns {
  const rows = new Uint32Array(queries * perQuery);
  return { perQuery, rows, scores: new Float32Array(rows.length).fill(Number.NaN) };
}

/**
 * The score that a row must beat to get into a query's list: NaN while the list has room, so that
 * `score <= worst` is false for every score.
 */
export function worstOf({ perQuery, scores }: HitColumns, query: number): number {
  return scores[(query + 1) * perQuery - 1] as number;
}

/** Takes a row into a query's list; rows come in ascending order, so that ties are ordered by row. */
export function insertRow(list: HitColumns, query: number, row: number, score: number): void {
  const { perQuery, rows, scores } = list;
  const first = query * perQuery;
  let at = first + perQuery - 1;
  // Not "less than", which is false for the NaN of an empty place.
  while (at > first && !((scores[at - 1] as number) >= score)) {
    scores[at] = scores[at - 1] as number;
    rows[at] = rows[at - 1] as number;
    at--;
  }
  scores[at] = score;
  rows[at] = row;
}

/** The first `count` of every list. */
export function firstHits({ perQuery, rows, scores }: HitColumns, count: number): HitColumns {
  if (count === perQuery) return { perQuery, rows, scores };
  const queries = rows.length / perQuery;
  const first = { perQuery: count, rows: new Uint32Array(queries * count) };
  const firstScores = new Float32Array(queries * count);
  for (let query = 0; query < queries; query++) {
    const from = query * perQuery;
    first.rows.set(rows.subarray(from, from + count), query * count);
    firstScores.set(scores.subarray(from, from + count), query * count);
  }
  return { ...first, scores: firstScores };
}
