import {
  type Dataset,
  DatasetError,
  type Encoder,
  type Item,
  type RunOptions,
  type TieMode,
  withoutUndefined,
} from "@semblance/core";
import { limitCaptions } from "@semblance/data";
import {
  type EvaluateRetrievalOptions,
  type Evaluation,
  evaluateFolds,
  evaluateRetrieval,
} from "@semblance/eval";
import { describeEncoded, requireRelevant } from "../encoding/describe-encoded.ts";
import type { EncodedDataset } from "../encoding/encode-dataset.ts";
import type { StoredEmbeddings } from "../encoding/place-embeddings.ts";
import { assignFolds, requireFolds } from "./assign-folds.ts";
import { encodeEvaluated } from "./encode-evaluated.ts";
import type { DatasetEvaluation, ModelFacts, RetrievalReport } from "./retrieval-report.ts";

/** Options of {@link evaluateDataset}. */
export interface EvaluateDatasetOptions extends RunOptions {
  readonly dataset: Dataset;
  /** Only this split. @defaultValue all items */
  readonly split?: string;
  /** An encoder, or the vectors of all items (or of the split's) in order of first appearance. */
  readonly source: Encoder | StoredEmbeddings;
  readonly model: ModelFacts;
  /** @defaultValue `[1, 5, 10]` */
  readonly cutoffs?: readonly number[];
  /** @defaultValue `"cosine"` */
  readonly similarity?: "cosine" | "dot";
  /** What becomes of equal scores; `trec` goes by the items' ids. @defaultValue `"expected"` */
  readonly ties?: TieMode;
  /** Only the first captions of each image: see {@link limitCaptions}. @defaultValue all */
  readonly captionsPerImage?: number;
  /**
   * Ranks within parts of the images, in the dataset's order and as equal as can be: see
   * {@link evaluateFolds}. COCO's "1K" figures are those of the 5,000 test images in 5 folds.
   * @defaultValue within the whole
   */
  readonly folds?: number;
  /** Bootstrap intervals, or `false` for none. */
  readonly confidence?: EvaluateRetrievalOptions["confidence"];
  /** Best hits kept per query. @defaultValue 0 */
  readonly topHits?: number;
  readonly batchSize?: number;
}

/**
 * Measures retrieval on a dataset in both directions.
 *
 * Items that cannot be encoded, or have no vector, are left out and listed.
 *
 * @throws {@link DatasetError} with code `NOTHING_TO_EVALUATE` when no judged pair is left,
 * `EMBEDDINGS_MISMATCH` when given vectors do not fit the dataset, or `TOO_FEW_IMAGES` for so many
 * folds; RangeError for cut-offs, folds or captions that are not whole numbers in their range.
 */
export async function evaluateDataset(options: EvaluateDatasetOptions): Promise<DatasetEvaluation> {
  const { captionsPerImage = null, folds = null } = options;
  requireCutoffs(options.cutoffs);
  if (folds !== null) requireFolds(folds);
  const dataset = limited(options);
  const started = performance.now();
  const encoded = await encodeEvaluated({ ...options, limited: dataset });
  const encodedAt = performance.now();
  requireRelevant(encoded, { ...options, code: "NOTHING_TO_EVALUATE" });
  const similarity = options.similarity ?? "cosine";
  const { ties = "expected" } = options;
  const evaluation = await measure(encoded, options);
  const report: RetrievalReport = {
    schema: 1,
    dataset: await describeEncoded(encoded, { ...options, dataset }),
    model: options.model,
    protocol: { ties, similarity, prompt: null, captionsPerImage, folds },
    metrics: evaluation.metrics,
    ties: evaluation.ties,
    withoutRelevant: evaluation.withoutRelevant,
    hubness: evaluation.hubness,
    truncated: encoded.truncated,
    failures: [...dataset.failures, ...encoded.failures],
    timing: {
      encode: (encodedAt - started) / 1000,
      evaluate: (performance.now() - encodedAt) / 1000,
    },
  };
  const { images, texts, pairs: embeddings } = encoded;
  return { report, queries: evaluation.queries, images, texts, embeddings };
}

function toId({ id }: Item): string {
  return id;
}

function limited({ dataset, captionsPerImage }: EvaluateDatasetOptions): Dataset {
  return captionsPerImage === undefined ? dataset : limitCaptions(dataset, { captionsPerImage });
}

async function measure(
  encoded: EncodedDataset,
  options: EvaluateDatasetOptions,
): Promise<Evaluation> {
  const { dataset, split, folds, cutoffs, similarity, ties, confidence, topHits } = options;
  const { signal, onProgress } = options;
  const ids = { image: encoded.images.map(toId), text: encoded.texts.map(toId) };
  const own = { similarity, cutoffs, ties, ids, confidence, topHits, signal, onProgress };
  const retrieval: EvaluateRetrievalOptions = withoutUndefined(own);
  if (folds === undefined) return evaluateRetrieval(encoded.pairs, retrieval);
  const assigned = await assignFolds(encoded.images, { dataset, split, folds });
  return evaluateFolds(encoded.pairs, { ...retrieval, folds: assigned });
}

// Before the encoding, which may take hours.
function requireCutoffs(cutoffs: readonly number[] = []): void {
  const odd = cutoffs.find((k) => !Number.isInteger(k) || k < 1);
  if (odd !== undefined) throw new RangeError(`Cut-offs are positive integers, found ${odd}.`);
}
