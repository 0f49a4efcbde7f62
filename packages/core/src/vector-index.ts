import type { AnyIterable } from "./any-iterable.ts";
import type { Embeddings } from "./embedding.ts";
import type { Metadata } from "./metadata.ts";
import type { RunOptions } from "./run-options.ts";

/** A condition on metadata; a missing field fulfils none but `ne`. */
export type Filter =
  | {
      readonly field: string;
      readonly op: "eq" | "ne" | "lt" | "lte" | "gt" | "gte" | "in";
      readonly value: unknown;
    }
  | { readonly all: readonly Filter[] }
  | { readonly any: readonly Filter[] };

/** One answer to a query. */
export interface Hit {
  readonly id: string;
  /** Dot product with the query; the cosine similarity when both are L2-normalised. */
  readonly score: number;
  /** Calibrated probability of a match in [0, 1], where the searcher has one. */
  readonly probability?: number;
  readonly metadata?: Metadata;
}

/** A vector with its name. */
export interface IndexedItem {
  readonly id: string;
  readonly vector: Float32Array;
  readonly metadata?: Metadata;
}

/** What an index is and can do, readable before use. */
export interface VectorIndexInfo {
  readonly dimension: number;
  /** The tower that made the stored vectors; a query by its twin tower belongs to it. */
  readonly towerId: string;
  /** Whether `query` finds the true nearest neighbours. */
  readonly exact: boolean;
  readonly capabilities: ReadonlySet<"filter" | "delete" | "persist">;
}

/**
 * Stores vectors and finds the most similar ones.
 *
 * Hits are ordered by score, highest first, then by id, lowest first (by UTF-16 code unit), so that
 * the top k are always the first k of the top k + n. Exact indexes give identical hits.
 */
export interface VectorIndex extends AsyncDisposable {
  readonly info: VectorIndexInfo;
  /**
   * Adds items, or replaces those whose id is known.
   *
   * @throws {@link IndexError} with code `DIMENSION_MISMATCH` or `VECTOR_NOT_FINITE`.
   */
  upsert(
    items: AnyIterable<IndexedItem>,
    options?: RunOptions,
  ): Promise<{ readonly upserted: number }>;
  /** The items asked for, in the order asked; `undefined` where an id is unknown. */
  get(ids: readonly string[]): Promise<readonly (IndexedItem | undefined)[]>;
  /** Removes items and resolves to how many there were. */
  delete(ids: readonly string[]): Promise<number>;
  count(): Promise<number>;
  /** Resolves once everything upserted is durable, for an index that persists. */
  flush(): Promise<void>;
  /** For every query row its hits: `topK` of them, or as many as there are. */
  query(vectors: Embeddings, options: QueryOptions): Promise<Hit[][]>;
}

/** Options of {@link VectorIndex.query}. */
export interface QueryOptions extends RunOptions {
  /** How many hits a query gets; a positive integer. */
  readonly topK: number;
  readonly filter?: Filter;
}
