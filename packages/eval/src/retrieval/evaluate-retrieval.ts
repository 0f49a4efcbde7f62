import { type EncodedPairs, toUnitRows } from "@semblance/core";
import { checkEmbeddings } from "./check-embeddings.ts";
import type { Direction, Evaluation } from "./evaluation.ts";
import type { RelevantRows } from "./query-columns.ts";
import { compareRows } from "./ranking/compare-rows.ts";
import { countRows } from "./ranking/count-rows.ts";
import { measureQueries } from "./ranking/measure-queries.ts";
import { tiePlaces } from "./ranking/tie-places.ts";
import { readRelevance } from "./relevance/relevance.ts";
import { relevanceClusters } from "./relevance/relevance-clusters.ts";
import {
  type EvaluateRetrievalOptions,
  type RetrievalSettings,
  readRetrievalOptions,
} from "./retrieval-options.ts";
import { hubK, measureHubness } from "./summary/hubness.ts";
import { createMetricTable } from "./summary/metric-table.ts";
import { retrievalIntervals } from "./summary/retrieval-intervals.ts";
import { summarizeMetrics } from "./summary/summarize-metrics.ts";

/**
 * Measures how well images and texts find each other, in both directions.
 *
 * For every cut-off k: `hit@k` (at least one relevant item in the top k; what CLIP papers call
 * recall), `recall@k` (the share of the relevant ones), `precision@k`, `mrr@k`, `map@k` (over the
 * number of relevant items), `ndcg@k` (linear gain) and `ndcg-exp@k` (gain 2^grade − 1); besides,
 * `rprecision` and `mapr`, precision and average precision of as many items as are relevant, and
 * `medr` and `meanr`, median and mean rank of the first relevant item. When the cut-offs have 1, 5
 * and 10, `rsum` is 100 · the sum of these hit rates both ways, and `gmean` their geometric mean.
 *
 * Items that tie stand in random order and every number is the expected value over these orders, so
 * a scorer that scores all alike scores chance; `ties` asks for another order. Pairs without a
 * judgement are not relevant; queries without relevant items are left out and counted.
 *
 * Intervals are bootstraps over clusters of queries that share relevant items; `medr` has none, and
 * with fewer than two clusters nothing has.
 *
 * Every text is compared with every image once, for both directions, in tiles: memory is bounded by
 * the embeddings and the result, not by their product, and the embeddings are not copied. Between
 * tiles it pauses for the event loop.
 *
 * @throws RangeError for bad options or a judgement about a row that is not there.
 * @throws {@link EncoderError} with code `DIMENSION_MISMATCH` or `EMBEDDING_NOT_FINITE`.
 * @throws {@link DatasetError} with code `NOTHING_RELEVANT` when no judgement is above 0.
 */
export async function evaluateRetrieval(
  pairs: EncodedPairs,
  options: EvaluateRetrievalOptions = {},
): Promise<Evaluation> {
  const settings = readRetrievalOptions(options, pairs);
  const { confidence, run } = settings;
  checkEmbeddings(pairs);
  const { t2i, i2t } = await rankBothWays(pairs, settings);
  const queries = { t2i: t2i.queries, i2t: i2t.queries };
  const table = createMetricTable(queries);
  const intervals = confidence
    ? await retrievalIntervals({ table, ...confidence, ...run })
    : new Map();
  return {
    metrics: summarizeMetrics({ queries, table, intervals }),
    ties: { t2i: { queries: t2i.tied }, i2t: { queries: i2t.tied } },
    withoutRelevant: {
      t2i: pairs.text.count - queries.t2i.rows.length,
      i2t: pairs.image.count - queries.i2t.rows.length,
    },
    hubness: { t2i: t2i.hubness, i2t: i2t.hubness },
    queries,
  };
}

async function rankBothWays(pairs: EncodedPairs, settings: RetrievalSettings) {
  const relevance = readRelevance(pairs);
  const clusters = relevanceClusters(relevance);
  const sides = { text: sideOf(pairs, "text", settings), image: sideOf(pairs, "image", settings) };
  const count = (query: Modality, found: Modality, relevant: RelevantRows) => {
    const { rows: gallery, places } = sides[found];
    const perQuery = Math.min(Math.max(settings.topHits, hubK), gallery.count);
    return countRows({ queries: sides[query].rows, gallery, relevant, perQuery, places });
  };
  const counted = {
    t2i: count("text", "image", relevance.t2i),
    i2t: count("image", "text", relevance.i2t),
  };
  const { run } = settings;
  await compareRows({ text: sides.text.rows, image: sides.image.rows, ...counted, ...run });
  const measure = async (direction: Direction, gallery: number) => {
    const own = { counted: counted[direction], clusters: clusters[direction] };
    const { hits } = own.counted.ranks;
    const hubness = measureHubness(hits, Math.min(hubK, gallery), gallery);
    return { ...(await measureQueries({ ...settings, ...run, ...own })), hubness };
  };
  return {
    t2i: await measure("t2i", pairs.image.count),
    i2t: await measure("i2t", pairs.text.count),
  };
}

type Modality = "text" | "image";

function sideOf(pairs: EncodedPairs, side: Modality, { similarity, ties, ids }: RetrievalSettings) {
  const own = pairs[side];
  return {
    rows: similarity === "dot" ? own : toUnitRows(own),
    places: ties === "trec" ? tiePlaces(own.count, ids?.[side]) : undefined,
  };
}
