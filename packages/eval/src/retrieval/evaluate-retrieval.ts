import { type Embeddings, type EncodedPairs, normalizeRows } from "@semblance/core";
import { checkEmbeddings } from "./check-embeddings.ts";
import type { Evaluation } from "./evaluation.ts";
import { createMetricTable } from "./metric-table.ts";
import { rankDirection } from "./rank-direction.ts";
import { readRelevance } from "./relevance.ts";
import { relevanceClusters } from "./relevance-clusters.ts";
import { retrievalIntervals } from "./retrieval-intervals.ts";
import { type EvaluateRetrievalOptions, readRetrievalOptions } from "./retrieval-options.ts";
import { summarizeMetrics } from "./summarize-metrics.ts";

/**
 * Measures how well images and texts find each other, in both directions.
 *
 * For every cut-off k: `hit@k` (at least one relevant item in the top k; what CLIP papers call
 * recall), `recall@k` (the share of the relevant ones), `precision@k`, `mrr@k`, `map@k` (over the
 * number of relevant items) and `ndcg@k` (linear gain); besides, `medr` and `meanr`, median and mean
 * rank of the first relevant item, and `rsum` = 100 · the sum of hit@1, 5 and 10 both ways when the
 * cut-offs have all three. Items that tie stand in random order and every number is the expected
 * value over these orders, so a scorer that scores all alike scores chance. Pairs without a judgement
 * are not relevant; queries without relevant items are left out and counted.
 *
 * Intervals are percentile bootstraps over clusters of queries that share relevant items; `medr` has
 * none, and with fewer than two clusters nothing has.
 *
 * Memory is bounded by the embeddings and the result, not by their product; between blocks it pauses
 * for the event loop.
 *
 * @throws RangeError for bad options or a judgement about a row that is not there.
 * @throws {@link EncoderError} with code `DIMENSION_MISMATCH` or `EMBEDDING_NOT_FINITE`.
 * @throws {@link DatasetError} with code `NOTHING_RELEVANT` when no judgement is above 0.
 */
export async function evaluateRetrieval(
  pairs: EncodedPairs,
  options: EvaluateRetrievalOptions = {},
): Promise<Evaluation> {
  const { cutoffs, similarity, confidence, topHits, run } = readRetrievalOptions(options);
  checkEmbeddings(pairs);
  const relevance = readRelevance(pairs);
  const image = comparable(pairs.image, similarity);
  const text = comparable(pairs.text, similarity);
  const clusters = relevanceClusters(relevance);
  const settings = { cutoffs, topHits, ...run };
  const t2i = await rankDirection({
    ...settings,
    queries: text,
    gallery: image,
    relevance: relevance.t2i,
    clusters: clusters.t2i,
    stage: "ranking images by text",
  });
  const i2t = await rankDirection({
    ...settings,
    queries: image,
    gallery: text,
    relevance: relevance.i2t,
    clusters: clusters.i2t,
    stage: "ranking texts by image",
  });
  const queries = { t2i: t2i.queries, i2t: i2t.queries };
  const table = createMetricTable(queries);
  const intervals = confidence
    ? await retrievalIntervals({ table, ...confidence, ...run })
    : new Map();
  return {
    metrics: summarizeMetrics({ queries, table, intervals }),
    ties: { t2i: { queries: t2i.tied }, i2t: { queries: i2t.tied } },
    withoutRelevant: { t2i: t2i.withoutRelevant, i2t: i2t.withoutRelevant },
    queries,
  };
}

function comparable(embeddings: Embeddings, similarity: "cosine" | "dot"): Embeddings {
  if (similarity === "dot") return embeddings;
  return normalizeRows({ ...embeddings, data: embeddings.data.slice() });
}
