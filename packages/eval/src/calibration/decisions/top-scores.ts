import {
  type Embeddings,
  type EncodedPairs,
  type RunOptions,
  scoreRows,
  yieldToEventLoop,
} from "@semblance/core";
import { checkEmbeddings } from "../../retrieval/check-embeddings.ts";
import type { Direction } from "../../retrieval/evaluation.ts";
import type { RelevantRows } from "../../retrieval/query-columns.ts";
import { readRelevance } from "../../retrieval/relevance/relevance.ts";
import { relevanceClusters } from "../../retrieval/relevance/relevance-clusters.ts";

/** The best score of every query that has a target and something besides. */
export interface TopScores {
  /** In the whole gallery. */
  readonly topScoresWithTarget: Float64Array;
  /** Among what is not relevant: in the gallery without the query's targets. */
  readonly topScoresWithoutTarget: Float64Array;
  /** The cluster of every query. */
  readonly groups: Uint32Array;
  /** How many items the gallery has. */
  readonly gallery: number;
}

// Scores in memory at once: 2 MB.
const blockScores = 2 ** 19;

/**
 * The best score of every query with its targets in the gallery and without them, by dot product,
 * block by block: what `chooseAbstention` chooses from. Queries without a target are left out.
 *
 * @throws RangeError for a judgement about a row that is not there.
 * @throws {@link EncoderError} with code `DIMENSION_MISMATCH` or `EMBEDDING_NOT_FINITE`.
 * @throws {@link DatasetError} with code `NOTHING_RELEVANT` when no judgement is above 0.
 */
export async function topScores(
  pairs: EncodedPairs,
  options: RunOptions & { readonly direction: Direction },
): Promise<TopScores> {
  checkEmbeddings(pairs);
  const { direction, signal, onProgress } = options;
  const relevance = readRelevance(pairs);
  const isText = direction === "t2i";
  const queries = isText ? pairs.text : pairs.image;
  const gallery = isText ? pairs.image : pairs.text;
  const clusters = relevanceClusters(relevance)[direction];
  const found: { withTarget: number; withoutTarget: number; group: number }[] = [];
  const perBlock = Math.max(1, Math.floor(blockScores / gallery.count));
  for (let from = 0; from < queries.count; from += perBlock) {
    await yieldToEventLoop();
    signal?.throwIfAborted();
    const to = Math.min(from + perBlock, queries.count);
    const bests = bestOfBlock({ queries, gallery, from, to }, relevance[direction]);
    for (const { query, ...best } of bests) found.push({ ...best, group: clusters[query] ?? 0 });
    onProgress?.({ stage: "finding best scores", done: to, total: queries.count, unit: "queries" });
  }
  return {
    topScoresWithTarget: Float64Array.from(found, ({ withTarget }) => withTarget),
    topScoresWithoutTarget: Float64Array.from(found, ({ withoutTarget }) => withoutTarget),
    groups: Uint32Array.from(found, ({ group }) => group),
    gallery: gallery.count,
  };
}

function bestOfBlock(
  block: { queries: Embeddings; gallery: Embeddings; from: number; to: number },
  relevant: RelevantRows,
) {
  const { from, to, gallery } = block;
  const scores = scoreRows(block);
  const bests = [];
  for (let query = from; query < to; query++) {
    const start = (query - from) * gallery.count;
    const own = scores.subarray(start, start + gallery.count);
    const targets = relevant.rows.subarray(relevant.starts[query], relevant.starts[query + 1]);
    if (targets.length === 0 || targets.length === gallery.count) continue;
    const withTarget = highest(own);
    for (const target of targets) own[target] = Number.NEGATIVE_INFINITY;
    bests.push({ query, withTarget, withoutTarget: highest(own) });
  }
  return bests;
}

function highest(scores: Float32Array): number {
  let best = Number.NEGATIVE_INFINITY;
  for (const score of scores) if (score > best) best = score;
  return best;
}
