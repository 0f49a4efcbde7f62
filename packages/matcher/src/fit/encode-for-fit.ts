import {
  type Dataset,
  type EncodedPairs,
  type Encoder,
  type ItemFailure,
  type RunOptions,
  TrainerError,
  withoutUndefined,
} from "@semblance/core";
import { encodeDataset } from "../encoding/encode-dataset.ts";

/** Options of {@link encodeForFit}. */
export interface EncodeForFitOptions extends RunOptions {
  readonly encoder: Encoder;
  readonly train: Dataset;
  readonly validation: Dataset;
  /** Seconds; encoding is part of what they bound. */
  readonly timeLimit?: number | undefined;
}

/** What a trainer that needs embeddings is given. */
export interface EncodedForFit {
  readonly train: EncodedPairs;
  readonly validation: EncodedPairs;
  readonly failures: readonly ItemFailure[];
  /** How long it took. */
  readonly seconds: number;
}

/**
 * Encodes training and validation items.
 *
 * @throws {@link TrainerError} with code `TIME_LIMIT_TOO_SHORT` when the limit ends it.
 */
export async function encodeForFit(options: EncodeForFitOptions): Promise<EncodedForFit> {
  const { encoder, train, validation, timeLimit, signal, onProgress } = options;
  const startedAt = performance.now();
  const limit = timeLimit === undefined ? undefined : AbortSignal.timeout(timeLimit * 1000);
  const signals = [signal, limit].filter((one) => one !== undefined);
  const runOptions = withoutUndefined({ signal: AbortSignal.any(signals), onProgress });
  const encode = (dataset: Dataset) => encodeDataset({ encoder, dataset, ...runOptions });
  try {
    const [ofTrain, ofValidation] = [await encode(train), await encode(validation)];
    const seconds = (performance.now() - startedAt) / 1000;
    // A timer cannot end an encoder that never waits.
    if (timeLimit !== undefined && seconds >= timeLimit) throw tooShort(timeLimit);
    const failures = [...ofTrain.failures, ...ofValidation.failures];
    return { train: ofTrain.pairs, validation: ofValidation.pairs, failures, seconds };
  } catch (error) {
    if (limit?.aborted && error === limit.reason) throw tooShort(timeLimit, error);
    throw error;
  }
}

function tooShort(timeLimit: number | undefined, cause?: unknown): TrainerError {
  return new TrainerError({
    code: "TIME_LIMIT_TOO_SHORT",
    message: `Encoding the items took longer than the whole time limit of ${timeLimit} s.`,
    fix: "Give a longer time limit, fewer items, or an encoder with a cache.",
    cause,
  });
}
