import { type ScaledRows, scorePair } from "@semblance/core";
import type { RelevantRows } from "../query-columns.ts";
import type { CountedRows } from "./note-block.ts";
import { createRankCounts } from "./rank-counts.ts";

/** One direction before any score was seen. */
export interface CountRowsOptions {
  readonly queries: ScaledRows;
  readonly gallery: ScaledRows;
  /** Of every row of `queries`. */
  readonly relevant: RelevantRows;
  /** How many best rows to keep of each query, at least 1. */
  readonly perQuery: number;
  readonly places: Uint32Array | undefined;
}

/** The rows that have something to find, each with its counts at 0. */
export function countRows(options: CountRowsOptions): CountedRows {
  const { queries, gallery, relevant, perQuery, places } = options;
  const scores = scoreRelevant(relevant, queries, gallery);
  const { starts, rows, grades } = relevant;
  const indexOf = new Int32Array(queries.count).fill(-1);
  // Rows with nothing to find have no relevant rows to leave out: only their starts go.
  const countedStarts = new Uint32Array(queries.count + 1);
  let counted = 0;
  for (let row = 0; row < queries.count; row++) {
    if (starts[row] === starts[row + 1]) continue;
    indexOf[row] = counted++;
    countedStarts[counted] = starts[row + 1] ?? 0;
  }
  const own = { starts: countedStarts.slice(0, counted + 1), rows, grades };
  return { indexOf, ranks: createRankCounts({ relevant: own, scores, perQuery, places }) };
}

// As the tiles will have them, to the last bit.
function scoreRelevant(
  relevant: RelevantRows,
  queries: ScaledRows,
  gallery: ScaledRows,
): Float32Array {
  const scores = new Float32Array(relevant.rows.length);
  for (let query = 0; query < queries.count; query++) {
    const end = relevant.starts[query + 1] ?? 0;
    for (let i = relevant.starts[query] ?? 0; i < end; i++) {
      scores[i] = scorePair(queries, query, gallery, relevant.rows[i] ?? 0);
    }
  }
  return scores;
}
