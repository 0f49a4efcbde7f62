import type { AnyIterable } from "./any-iterable.ts";
import type { Embeddings } from "./embedding.ts";
import type { ImageInput } from "./image.ts";
import type { ItemFailure } from "./item-failure.ts";
import type { RunOptions } from "./run-options.ts";

/**
 * A dual encoder: an image tower and a text tower into one vector space.
 *
 * Each tower loads by itself, on first use, so that a text-only service never opens the vision model.
 * `await using` (or `Symbol.asyncDispose`) frees what was loaded.
 */
export interface Encoder extends AsyncDisposable {
  /** Hash of both towers' ids. */
  readonly id: string;
  /** For people: the model's name. */
  readonly name: string;
  /** Length of every vector. */
  readonly dimension: number;
  /** How the model turns a cosine similarity into a probability. */
  readonly scoring: Scoring;
  readonly image?: Tower<ImageInput>;
  readonly text?: Tower<string>;
}

/** The trained logit of a pair is `logitScale · cosine + logitBias`. */
export interface Scoring {
  /** `softmax` over candidates (CLIP) or `sigmoid` per pair (SigLIP). */
  readonly kind: "softmax" | "sigmoid";
  /** A multiplier: the exponential of the tensor that Hugging Face checkpoints hold. */
  readonly logitScale: number;
  readonly logitBias: number;
  /** The model does not say, and these are its family's usual values. */
  readonly assumed?: boolean;
}

/** One side of a dual encoder. */
export interface Tower<Input> {
  /**
   * Hash of everything that decides the vectors: weights, preprocessing or tokenizer, head and
   * precision. The key of caches and indexes.
   */
  readonly id: string;
  /**
   * Encodes a list or stream of items, lazily and in input order; memory is bounded by the batch.
   *
   * @throws {@link EncoderError} for the first bad item, unless `onError` is `"skip"`.
   */
  encode(items: AnyIterable<Input>, options?: EncodeOptions): AsyncIterable<EncodedBatch>;
}

/** The vectors of some of a call's items. */
export interface EncodedBatch {
  /** L2-normalised, so that a dot product is a cosine similarity. The caller owns the memory. */
  readonly embeddings: Embeddings;
  /** The input that row `r` belongs to, counted from the call's first item. */
  readonly indices: Uint32Array;
  /** Items that were left out since the batch before. */
  readonly failures: readonly ItemFailure[];
  /** How many of this batch's texts were longer than the model reads and were cut. */
  readonly truncated: number;
  /**
   * The rows of those texts, ascending, where the encoder says which they are. A cache needs to know:
   * it asks for each text by itself where this is missing.
   */
  readonly truncatedRows?: Uint32Array;
}

/** Options of {@link Tower.encode}. */
export interface EncodeOptions extends RunOptions {
  /** What a bad item does. @defaultValue `"throw"` */
  readonly onError?: "throw" | "skip";
  /** Items that go through the model at once. */
  readonly batchSize?: number;
}
