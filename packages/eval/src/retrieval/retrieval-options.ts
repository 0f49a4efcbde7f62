import { checkResampling, type RunOptions, withoutUndefined } from "@semblance/core";

/** Options of {@link evaluateRetrieval}. */
export interface EvaluateRetrievalOptions extends RunOptions {
  /** Positive integers. @defaultValue `[1, 5, 10]` */
  readonly cutoffs?: readonly number[];
  /** `cosine` normalises copies of the rows. @defaultValue `"cosine"` */
  readonly similarity?: "cosine" | "dot";
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
  readonly confidence: false | { readonly resamples: number; readonly seed: number };
  readonly topHits: number;
  readonly run: RunOptions;
}

/** @throws RangeError for an option that is out of range. */
export function readRetrievalOptions(options: EvaluateRetrievalOptions): RetrievalSettings {
  const { cutoffs = [1, 5, 10], similarity = "cosine", topHits = 0, signal, onProgress } = options;
  if (cutoffs.length === 0 || cutoffs.some((k) => !Number.isInteger(k) || k < 1)) {
    throw new RangeError(`cutoffs must be positive integers, found [${cutoffs.join(", ")}].`);
  }
  if (similarity !== "cosine" && similarity !== "dot") {
    throw new RangeError(`similarity must be "cosine" or "dot", found ${String(similarity)}.`);
  }
  if (!Number.isInteger(topHits) || topHits < 0) {
    throw new RangeError(`topHits must be 0 or a positive integer, found ${topHits}.`);
  }
  const confidence = options.confidence !== false && {
    resamples: 2000,
    seed: 0,
    ...options.confidence,
  };
  if (confidence) checkResampling(confidence);
  const run = withoutUndefined({ signal, onProgress });
  return { cutoffs: Array.from(new Set(cutoffs)), similarity, confidence, topHits, run };
}
