import {
  dependsOnTies,
  type Embeddings,
  type Grades,
  queryMetrics,
  type RunOptions,
  scoreRows,
  selectRows,
  tieGroups,
  topK,
  yieldToEventLoop,
} from "@semblance/core";
import type { HitColumns, QueryColumns, RelevantRows } from "./query-columns.ts";

/** One direction of an evaluation. */
export interface RankDirectionOptions extends RunOptions {
  readonly queries: Embeddings;
  readonly gallery: Embeddings;
  /** Relevant rows of the gallery for each query row. */
  readonly relevance: readonly Grades[];
  /** The cluster of each query row. */
  readonly clusters: Uint32Array;
  readonly cutoffs: readonly number[];
  readonly topHits: number;
  /** For progress: `"ranking images by text"`. */
  readonly stage: string;
}

/** How the queries of one direction fared. */
export interface DirectionResult {
  readonly queries: QueryColumns;
  /** How many queries' numbers depend on the order of ties. */
  readonly tied: number;
  readonly withoutRelevant: number;
}

// Scores in memory at once: 2 MB.
const blockScores = 2 ** 19;

/** Scores the queries block by block against the whole gallery and measures each. */
export async function rankDirection(options: RankDirectionOptions): Promise<DirectionResult> {
  const { gallery, relevance, clusters, cutoffs, signal, onProgress, stage } = options;
  const rows = Uint32Array.from(relevance.keys()).filter((row) => relevance[row]?.size);
  const queries = selectRows(options.queries, rows);
  const perBlock = Math.max(1, Math.floor(blockScores / gallery.count));
  const columns = emptyColumns(rows, options);
  let tied = 0;
  for (let from = 0; from < rows.length; from += perBlock) {
    await yieldToEventLoop();
    signal?.throwIfAborted();
    const to = Math.min(from + perBlock, rows.length);
    const scores = scoreRows({ queries, from, to, gallery });
    for (let i = from; i < to; i++) {
      const start = (i - from) * gallery.count;
      const ownScores = scores.subarray(start, start + gallery.count);
      const grades: Grades = relevance[rows[i] ?? 0] ?? new Map();
      const groups = tieGroups(ownScores, sortedRows(grades));
      if (dependsOnTies(groups, grades)) tied++;
      for (const [name, value] of Object.entries(queryMetrics({ groups, grades, cutoffs }))) {
        columns.metrics[name] ??= new Float64Array(rows.length);
        columns.metrics[name][i] = value;
      }
      keepHits(columns.hits, i, ownScores);
    }
    onProgress?.({ stage, done: to, total: rows.length, unit: "queries" });
  }
  const own = { rows, clusters: Uint32Array.from(rows, (row) => clusters[row] ?? 0) };
  const withoutRelevant = relevance.length - rows.length;
  return { queries: { ...own, ...columns }, tied, withoutRelevant };
}

function emptyColumns(rows: Uint32Array, { gallery, topHits, relevance }: RankDirectionOptions) {
  const perQuery = Math.min(topHits, gallery.count);
  const hits: HitColumns = {
    perQuery,
    rows: new Uint32Array(rows.length * perQuery),
    scores: new Float32Array(rows.length * perQuery),
  };
  const metrics: Record<string, Float64Array> = {};
  return { metrics, relevant: relevantRows(rows, relevance), hits };
}

function relevantRows(rows: Uint32Array, relevance: readonly Grades[]): RelevantRows {
  const starts = new Uint32Array(rows.length + 1);
  const found: number[] = [];
  const grades: number[] = [];
  for (const [i, row] of rows.entries()) {
    const own: Grades = relevance[row] ?? new Map();
    for (const item of sortedRows(own)) {
      found.push(item);
      grades.push(own.get(item) ?? 0);
    }
    starts[i + 1] = found.length;
  }
  return { starts, rows: Uint32Array.from(found), grades: Float64Array.from(grades) };
}

function sortedRows(grades: Grades): number[] {
  return Array.from(grades.keys()).sort((a, b) => a - b);
}

function keepHits({ perQuery, rows, scores }: HitColumns, i: number, own: Float32Array): void {
  if (perQuery === 0) return;
  for (const [place, row] of topK(own, perQuery).entries()) {
    rows[i * perQuery + place] = row;
    scores[i * perQuery + place] = own[row] ?? 0;
  }
}
