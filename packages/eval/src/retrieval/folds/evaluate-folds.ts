import type { EncodedPairs } from "@semblance/core";
import { evaluateRetrieval } from "../evaluate-retrieval.ts";
import type { Direction, Evaluation } from "../evaluation.ts";
import { type EvaluateRetrievalOptions, readRetrievalOptions } from "../retrieval-options.ts";
import { createMetricTable } from "../summary/metric-table.ts";
import { retrievalIntervals } from "../summary/retrieval-intervals.ts";
import { summarizeMetrics } from "../summary/summarize-metrics.ts";
import { splitFolds } from "./fold.ts";
import { type EvaluatedFold, poolHubness, poolQueries } from "./pool-folds.ts";

/** Options of {@link evaluateFolds}. */
export interface EvaluateFoldsOptions extends EvaluateRetrievalOptions {
  /** The fold of each image by row, from 0: COCO's 5,000 test images in five folds of 1,000. */
  readonly folds: ArrayLike<number>;
}

/**
 * Measures retrieval within folds of the images, as {@link evaluateRetrieval} does in the whole. A text
 * belongs to the fold of its first relevant image, with its judgements there, and each query is ranked
 * within its fold; texts without a relevant image are in none.
 *
 * Figures are of the queries of all folds together. With equally many queries in each, as papers on COCO
 * have them, a mean over the queries is the mean over the folds; `medr` is the median over all queries.
 * Intervals are bootstraps over the clusters of all folds: how well the mean over such folds is known,
 * not how far one fold is from another. `hubness` is the mean over the folds, its `largest` the greatest.
 *
 * @see Karpathy and Fei-Fei, "Deep visual-semantic alignments for generating image descriptions", CVPR
 * 2015, for the five folds of 1,000 images.
 * @throws RangeError for bad options, or unless there is a fold for each image.
 * @throws {@link EncoderError} with code `DIMENSION_MISMATCH` or `EMBEDDING_NOT_FINITE`.
 * @throws {@link DatasetError} with code `NOTHING_RELEVANT` when a fold has no judgement above 0.
 */
export async function evaluateFolds(
  pairs: EncodedPairs,
  { folds, ...options }: EvaluateFoldsOptions,
): Promise<Evaluation> {
  const { confidence, run } = readRetrievalOptions(options, pairs);
  const evaluated: EvaluatedFold[] = [];
  for (const fold of splitFolds(pairs, folds, options.ids)) {
    const own = fold.ids === undefined ? {} : { ids: fold.ids };
    const ownOptions = { ...options, ...own, confidence: false as const };
    evaluated.push({ fold, evaluation: await evaluateRetrieval(fold.pairs, ownOptions) });
  }
  const queries = poolQueries(evaluated);
  const table = createMetricTable(queries);
  const intervals = confidence
    ? await retrievalIntervals({ table, ...confidence, ...run })
    : new Map();
  const ofBoth = <T>(make: (direction: Direction) => T) => ({ t2i: make("t2i"), i2t: make("i2t") });
  return {
    metrics: summarizeMetrics({ queries, table, intervals }),
    ties: ofBoth((direction) => ({
      queries: evaluated.reduce((sum, fold) => sum + fold.evaluation.ties[direction].queries, 0),
    })),
    withoutRelevant: {
      t2i: pairs.text.count - queries.t2i.rows.length,
      i2t: pairs.image.count - queries.i2t.rows.length,
    },
    hubness: ofBoth((direction) =>
      poolHubness(evaluated.map(({ evaluation }) => evaluation.hubness[direction])),
    ),
    queries,
  };
}
