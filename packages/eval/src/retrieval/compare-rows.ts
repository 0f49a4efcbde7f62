import {
  type RunOptions,
  type ScaledRows,
  type ScoreTile,
  scorePair,
  scoreTiles,
  yieldToEventLoop,
} from "@semblance/core";
import type { RelevantRows } from "./query-columns.ts";
import { noteScore, type RankCounts } from "./rank-counts.ts";

/** Queries of one direction: those rows of a side that count. */
export interface CountedRows {
  readonly ranks: RankCounts;
  /** By row of the side: its place among the queries that count, or -1. */
  readonly indexOf: Int32Array;
}

/** What {@link compareRows} compares. */
export interface CompareRowsOptions extends RunOptions {
  readonly text: ScaledRows;
  readonly image: ScaledRows;
  readonly t2i: CountedRows;
  readonly i2t: CountedRows;
}

// Long enough for pausing to cost nothing, short enough to answer a click.
const turnMs = 30;

/** Shows every score of a text with an image once to both directions, tile by tile. */
export async function compareRows(options: CompareRowsOptions): Promise<void> {
  const { text, image, t2i, i2t, signal, onProgress } = options;
  const progress = (done: number) => {
    onProgress?.({ stage: "comparing texts with images", done, total: text.count, unit: "texts" });
  };
  let turnEnd = 0;
  for (const tile of scoreTiles({ queries: text, gallery: image })) {
    if (performance.now() >= turnEnd) {
      await yieldToEventLoop();
      signal?.throwIfAborted();
      progress(tile.firstQuery);
      turnEnd = performance.now() + turnMs;
    }
    noteTile(tile, t2i, i2t);
  }
  progress(text.count);
}

function noteTile(tile: ScoreTile, t2i: CountedRows, i2t: CountedRows): void {
  const { firstQuery, queries, firstRow, rows, scores, stride } = tile;
  for (let i = 0; i < queries; i++) {
    const text = firstQuery + i;
    const query = t2i.indexOf[text] as number;
    if (query >= 0) noteText({ t2i: t2i.ranks, query, firstRow, rows, scores, at: i * stride });
    noteImages({ i2t, text, firstRow, rows, scores, at: i * stride });
  }
}

interface TileRow {
  readonly firstRow: number;
  readonly rows: number;
  readonly scores: Float32Array;
  /** Where the row's scores begin. */
  readonly at: number;
}

function noteText(row: TileRow & { readonly t2i: RankCounts; readonly query: number }): void {
  const { t2i, query, firstRow, rows, scores, at } = row;
  const { notable } = t2i;
  for (let j = 0; j < rows; j++) {
    const score = scores[at + j] as number;
    if (score >= (notable[query] as number)) noteScore(t2i, query, firstRow + j, score);
  }
}

function noteImages(row: TileRow & { readonly i2t: CountedRows; readonly text: number }): void {
  const { i2t, text, firstRow, rows, scores, at } = row;
  const { ranks, indexOf } = i2t;
  const { notable } = ranks;
  for (let j = 0; j < rows; j++) {
    const query = indexOf[firstRow + j] as number;
    if (query < 0) continue;
    const score = scores[at + j] as number;
    if (score >= (notable[query] as number)) noteScore(ranks, query, text, score);
  }
}

/** The scores of relevant pairs, as {@link compareRows} will meet them. */
export function scoreRelevant(
  relevant: RelevantRows,
  queries: ScaledRows,
  gallery: ScaledRows,
): Float32Array {
  const scores = new Float32Array(relevant.rows.length);
  for (let query = 0; query + 1 < relevant.starts.length; query++) {
    const end = relevant.starts[query + 1] ?? 0;
    for (let i = relevant.starts[query] ?? 0; i < end; i++) {
      scores[i] = scorePair(queries, query, gallery, relevant.rows[i] ?? 0);
    }
  }
  return scores;
}
