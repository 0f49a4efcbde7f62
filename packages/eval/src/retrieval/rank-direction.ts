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
import type { QueryResult, RowHit } from "./evaluation.ts";

/** One direction of an evaluation. */
export interface RankDirectionOptions extends RunOptions {
  readonly queries: Embeddings;
  readonly gallery: Embeddings;
  /** Relevant rows of the gallery for each query row. */
  readonly relevance: readonly Grades[];
  readonly cutoffs: readonly number[];
  readonly topHits: number;
  /** For progress: `"ranking images by text"`. */
  readonly stage: string;
}

/** How the queries of one direction fared. */
export interface DirectionResult {
  readonly queries: readonly QueryResult[];
  /** How many queries' numbers depend on the order of ties. */
  readonly tied: number;
  readonly withoutRelevant: number;
}

// Scores in memory at once: 2 MB.
const blockScores = 2 ** 19;

/** Scores the queries block by block against the whole gallery and measures each. */
export async function rankDirection(options: RankDirectionOptions): Promise<DirectionResult> {
  const { gallery, relevance, signal, onProgress, stage } = options;
  const counted = Array.from(relevance.keys()).filter((row) => relevance[row]?.size);
  const queries = selectRows(options.queries, counted);
  const perBlock = Math.max(1, Math.floor(blockScores / gallery.count));
  const results: QueryResult[] = [];
  let tied = 0;
  for (let from = 0; from < counted.length; from += perBlock) {
    await yieldToEventLoop();
    signal?.throwIfAborted();
    const to = Math.min(from + perBlock, counted.length);
    const scores = scoreRows({ queries, from, to, gallery });
    for (let i = from; i < to; i++) {
      const start = (i - from) * gallery.count;
      const ownScores = scores.subarray(start, start + gallery.count);
      const ranked = rankQuery(ownScores, counted[i] ?? 0, options);
      results.push(ranked.result);
      if (ranked.isTied) tied++;
    }
    onProgress?.({ stage, done: to, total: counted.length, unit: "queries" });
  }
  return { queries: results, tied, withoutRelevant: relevance.length - counted.length };
}

function rankQuery(scores: Float32Array, query: number, options: RankDirectionOptions) {
  const { relevance, cutoffs, topHits } = options;
  const grades: Grades = relevance[query] ?? new Map();
  const relevant = Array.from(grades.keys()).sort((a, b) => a - b);
  const groups = tieGroups(scores, relevant);
  const metrics = queryMetrics({ groups, grades, cutoffs });
  const hits = topHits === 0 ? [] : bestHits(scores, topHits);
  const result: QueryResult = { query, relevant, hits, metrics };
  return { result, isTied: dependsOnTies(groups, grades) };
}

function bestHits(scores: Float32Array, count: number): RowHit[] {
  return Array.from(topK(scores, count), (row) => ({ row, score: scores[row] ?? 0 }));
}
