import {
  checkResampling,
  checkTieMode,
  type EncodedPairs,
  type RunOptions,
  type TieMode,
  withoutUndefined,
} from "@semblance/core";

/** Options of {@link evaluateRetrieval}. */
export interface EvaluateRetrievalOptions extends RunOptions {
  /** Positive integers. @defaultValue `[1, 5, 10]` */
  readonly cutoffs?: readonly number[];
  /** `cosine` compares the rows as if they had length 1. @defaultValue `"cosine"` */
  readonly similarity?: "cosine" | "dot";
  /** What becomes of items with equal scores. @defaultValue `"expected"` */
  readonly ties?: TieMode;
  /**
   * Ids by row, for `ties: "trec"`, which orders ties by id, last first.
   * @defaultValue lower rows first
   */
  readonly ids?: { readonly image: readonly string[]; readonly text: readonly string[] };
  /** How to make intervals; `false` makes none. @defaultValue `{ resamples: 2000, seed: 0 }` */
  readonly confidence?: false | { readonly resamples?: number; readonly seed?: number };
  /** How many of its best rows each query's result lists. @defaultValue 0 */
  readonly topHits?: number;
}

/** The same with defaults filled in. */
export interface RetrievalSettings {
  /** Each once. */
  readonly cutoffs: readonly number[];
  readonly similarity: "cosine" | "dot";
  readonly ties: TieMode;
  readonly ids: EvaluateRetrievalOptions["ids"] | undefined;
  readonly confidence: false | { readonly resamples: number; readonly seed: number };
  readonly topHits: number;
  readonly run: RunOptions;
}

/** @throws RangeError for an option that is out of range, or does not fit the pairs. */
export function readRetrievalOptions(
  options: EvaluateRetrievalOptions,
  pairs: EncodedPairs,
): RetrievalSettings {
  const { cutoffs = [1, 5, 10], similarity = "cosine", ties = "expected", topHits = 0 } = options;
  if (cutoffs.length === 0 || cutoffs.some((k) => !Number.isInteger(k) || k < 1)) {
    throw new RangeError(`cutoffs must be positive integers, found [${cutoffs.join(", ")}].`);
  }
  if (similarity !== "cosine" && similarity !== "dot") {
    throw new RangeError(`similarity must be "cosine" or "dot", found ${String(similarity)}.`);
  }
  if (!Number.isInteger(topHits) || topHits < 0) {
    throw new RangeError(`topHits must be 0 or a positive integer, found ${topHits}.`);
  }
  checkTieMode(ties);
  checkIds(options.ids, pairs);
  const confidence = options.confidence !== false && {
    resamples: 2000,
    seed: 0,
    ...options.confidence,
  };
  if (confidence) checkResampling(confidence);
  const { ids, signal, onProgress } = options;
  const run = withoutUndefined({ signal, onProgress });
  const distinct = Array.from(new Set(cutoffs));
  return { cutoffs: distinct, similarity, ties, ids, confidence, topHits, run };
}

function checkIds(ids: EvaluateRetrievalOptions["ids"], { image, text }: EncodedPairs): void {
  if (ids && (ids.image.length !== image.count || ids.text.length !== text.count)) {
    throw new RangeError(
      `ids must be one per row, ${image.count} images and ${text.count} texts; found ` +
        `${ids.image.length} and ${ids.text.length}.`,
    );
  }
}
