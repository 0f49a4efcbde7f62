import {
  type Dataset,
  DatasetError,
  type EncodedPairs,
  type Encoder,
  type Item,
  type RunOptions,
  type TieMode,
  withoutUndefined,
} from "@semblance/core";
import { hashGallery } from "@semblance/data";
import { type EvaluateRetrievalOptions, evaluateRetrieval } from "@semblance/eval";
import { replaceItems } from "../data/replace-items.ts";
import { type EncodedDataset, encodeDataset, judgementRows } from "../encoding/encode-dataset.ts";
import { placeEmbeddings, type StoredEmbeddings } from "../encoding/place-embeddings.ts";
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
 * @throws {@link DatasetError} with code `NOTHING_TO_EVALUATE` when no judged pair is left, or
 * `EMBEDDINGS_MISMATCH` when given vectors do not fit the dataset.
 */
export async function evaluateDataset(options: EvaluateDatasetOptions): Promise<DatasetEvaluation> {
  const { dataset, signal, onProgress } = options;
  requireCutoffs(options.cutoffs);
  const started = performance.now();
  const encoded = await encode(options);
  const encodedAt = performance.now();
  requirePairs(encoded, options);
  const similarity = options.similarity ?? "cosine";
  const { cutoffs, ties = "expected", confidence, topHits } = options;
  const ids = { image: encoded.images.map(toId), text: encoded.texts.map(toId) };
  const evaluation = await evaluateRetrieval(
    encoded.pairs,
    withoutUndefined({ similarity, cutoffs, ties, ids, confidence, topHits, signal, onProgress }),
  );
  const report: RetrievalReport = {
    schema: 1,
    dataset: await describeDataset(options, encoded),
    model: options.model,
    protocol: { ties, similarity, prompt: null },
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

async function encode(options: EvaluateDatasetOptions): Promise<EncodedDataset> {
  const { dataset, split, source, signal, onProgress, batchSize } = options;
  if ("scoring" in source) {
    const encoder = source;
    return encodeDataset(
      withoutUndefined({ encoder, dataset, split, signal, onProgress, batchSize }),
    );
  }
  const images = await placeEmbeddings(dataset, "image", { source, split });
  const texts = await placeEmbeddings(dataset, "text", { source, split });
  const judgements = await judgementRows(dataset, split, images.items, texts.items);
  return {
    pairs: { image: images.embeddings, text: texts.embeddings, judgements },
    images: images.items,
    texts: texts.items,
    failures: [...images.failures, ...texts.failures],
    truncated: 0,
  };
}

// Before the encoding, which may take hours.
function requireCutoffs(cutoffs: readonly number[] = []): void {
  const odd = cutoffs.find((k) => !Number.isInteger(k) || k < 1);
  if (odd !== undefined) throw new RangeError(`Cut-offs are positive integers, found ${odd}.`);
}

function requirePairs(encoded: EncodedDataset, { dataset, split }: EvaluateDatasetOptions): void {
  if (countRelevant(encoded.pairs) > 0) return;
  const where = split === undefined ? dataset.name : `split "${split}" of ${dataset.name}`;
  const failures = [...dataset.failures, ...encoded.failures];
  const [first] = encoded.failures;
  const reason = first
    ? `: ${encoded.failures.length} items failed, the first with: ${first.message}`
    : ".";
  throw new DatasetError({
    code: "NOTHING_TO_EVALUATE",
    message: `No pair of an image and a text that belong together is left in ${where}${reason}`,
    fix: first
      ? "Check the paths; relative ones are resolved against the table's folder or --base-folder."
      : "Check the relevance column and the split's name.",
    failures,
  });
}

async function describeDataset(options: EvaluateDatasetOptions, encoded: EncodedDataset) {
  const { dataset, split } = options;
  return {
    name: dataset.name,
    split: split ?? null,
    images: encoded.images.length,
    texts: encoded.texts.length,
    pairs: countRelevant(encoded.pairs),
    galleryHash: await hashGallery(evaluatedPart(dataset, encoded), withoutUndefined({ split })),
  };
}

// The gallery that was ranked: without the items that could not be encoded.
function evaluatedPart(dataset: Dataset, { images, texts, failures }: EncodedDataset): Dataset {
  if (failures.length === 0) return dataset;
  return replaceItems(replaceItems(dataset, "image", images), "text", texts);
}

function countRelevant(pairs: EncodedPairs): number {
  return pairs.judgements.filter(({ relevance }) => relevance > 0).length;
}
