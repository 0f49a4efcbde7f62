import { fromAnyIterable, IndexError, type VectorIndex, yieldToEventLoop } from "@semblance/core";
import { checkPositiveInteger, checkVectors } from "./check-vectors.ts";
import { querySlots } from "./query-slots.ts";
import { createVectorSlots, type VectorSlots } from "./vector-slots.ts";

/** Options of {@link createExactIndex}. */
export interface ExactIndexOptions {
  /** Length of every vector. */
  readonly dimension: number;
  /** The tower whose vectors the index holds. */
  readonly towerId: string;
}

const itemsPerTurn = 4096;

/**
 * An index in memory that compares every query with every vector, and so finds the true nearest.
 *
 * Right for up to some hundred thousand vectors: 4 bytes a value, 50 to 90 ms a query for 100,000
 * vectors of 512 dimensions. Items are copied in and out. A refused item ends `upsert`; those before
 * it are stored. Changes made while a query runs count for the query rows that are not answered yet.
 *
 * Its methods reject with an {@link IndexError}: `DIMENSION_MISMATCH`, `VECTOR_NOT_FINITE`, or
 * `CLOSED` after `Symbol.asyncDispose`; with a RangeError for a `topK` that is not a positive integer
 * and a TypeError for a filter that cannot be read.
 *
 * @throws RangeError when `dimension` is not a positive integer.
 */
export function createExactIndex({ dimension, towerId }: ExactIndexOptions): VectorIndex {
  checkPositiveInteger("dimension", dimension);
  let slots: VectorSlots | undefined = createVectorSlots(dimension);
  const open = (): VectorSlots => slots ?? refuseClosed();
  return {
    info: { dimension, towerId, exact: true, capabilities: new Set(["filter", "delete"]) },
    async upsert(items, { signal, onProgress } = {}) {
      let upserted = 0;
      signal?.throwIfAborted();
      open();
      for await (const item of fromAnyIterable(items, signal)) {
        const vectors = { data: item.vector, count: 1, dimension: item.vector.length };
        checkVectors({ vectors, dimension, describe: () => `item ${JSON.stringify(item.id)}` });
        open().put(item);
        upserted++;
        if (upserted % itemsPerTurn !== 0) continue;
        onProgress?.({ stage: "indexing", done: upserted, unit: "items" });
        await yieldToEventLoop();
      }
      return { upserted };
    },
    get: async (ids) => ids.map((id) => open().get(id)),
    delete: async (ids) => ids.filter((id) => open().remove(id)).length,
    count: async () => open().count,
    flush: async () => {
      open();
    },
    query: async (vectors, options) => querySlots({ open, dimension, vectors, options }),
    [Symbol.asyncDispose]: async () => {
      slots = undefined;
    },
  };
}

function refuseClosed(): never {
  throw new IndexError({
    code: "CLOSED",
    message: "The index is closed: it was disposed of before this call, or during it.",
    fix: "Keep it open while it is in use: dispose of it last, or create a new one.",
  });
}
