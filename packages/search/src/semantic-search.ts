import {
  type AnyIterable,
  type Embeddings,
  fromAnyIterable,
  normalizeRows,
  type RunOptions,
  scoreRows,
  topK,
  withoutUndefined,
  yieldToEventLoop,
} from "@semblance/core";
import { checkPositiveInteger, checkVectors } from "./check-vectors.ts";

/** Some rows of a gallery. */
export interface GalleryChunk {
  readonly embeddings: Embeddings;
  /** Which row of the gallery its first row is. */
  readonly from: number;
}

/** A row of the gallery that a query found. */
export interface RowHit {
  readonly row: number;
  /** Cosine similarity in [-1, 1], or the dot product. */
  readonly score: number;
}

/** Options of {@link semanticSearch}. */
export interface SemanticSearchOptions extends RunOptions {
  readonly queries: Embeddings;
  /** The whole gallery, or chunks of it as they come: in any order, each row in one chunk. */
  readonly gallery: Embeddings | AnyIterable<GalleryChunk>;
  /** How many hits a query gets; a positive integer. */
  readonly topK: number;
  /** Gallery rows that are compared at once; the hits do not depend on it. @defaultValue 1024 */
  readonly chunkSize?: number;
  /** `cosine` normalises copies of the rows. @defaultValue `"cosine"` */
  readonly similarity?: "cosine" | "dot";
}

// Scores in memory at once: 2 MB.
const blockScores = 2 ** 19;

/**
 * The gallery rows most similar to each query: `topK` of them, or as many as there are, highest score
 * first and ties by row, so that the top k are the first k of the top k + n.
 *
 * Exact. Memory is bounded by queries · `topK` plus a chunk; between blocks it pauses for the event
 * loop.
 *
 * @returns one list per query, in row order.
 * @throws RangeError for a `topK`, `chunkSize` or `similarity` that is out of range.
 * @throws {@link IndexError} with code `DIMENSION_MISMATCH` or `VECTOR_NOT_FINITE`, naming the row.
 */
export async function semanticSearch(options: SemanticSearchOptions): Promise<RowHit[][]> {
  const { topK: k, chunkSize = 1024, similarity = "cosine", signal, onProgress } = options;
  checkPositiveInteger("topK", k);
  checkPositiveInteger("chunkSize", chunkSize);
  if (similarity !== "cosine" && similarity !== "dot") {
    throw new RangeError(`similarity must be "cosine" or "dot", found ${String(similarity)}.`);
  }
  const { dimension } = options.queries;
  checkVectors({ vectors: options.queries, dimension, describe: (row) => `query row ${row}` });
  signal?.throwIfAborted();
  const queries = similarity === "dot" ? options.queries : normalizedCopy(options.queries);
  const best: RowHit[][] = Array.from({ length: queries.count }, () => []);
  let done = 0;
  for await (const { embeddings, from } of chunksOf(options.gallery, chunkSize, signal)) {
    const describe = (row: number) => `gallery row ${from + row}`;
    checkVectors({ vectors: embeddings, dimension, describe });
    const chunk = similarity === "dot" ? embeddings : normalizedCopy(embeddings);
    await searchChunk(withoutUndefined({ queries, chunk, from, k, best, signal }));
    done += chunk.count;
    onProgress?.({ stage: "searching", done, ...totalOf(options.gallery), unit: "rows" });
  }
  return best;
}

function normalizedCopy(embeddings: Embeddings): Embeddings {
  return normalizeRows({ ...embeddings, data: embeddings.data.slice() });
}

function isWhole(gallery: SemanticSearchOptions["gallery"]): gallery is Embeddings {
  return "data" in gallery;
}

function totalOf(gallery: SemanticSearchOptions["gallery"]): { total?: number } {
  return isWhole(gallery) ? { total: gallery.count } : {};
}

async function* chunksOf(
  gallery: SemanticSearchOptions["gallery"],
  size: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<GalleryChunk> {
  const parts = isWhole(gallery) ? [{ embeddings: gallery, from: 0 }] : gallery;
  for await (const { embeddings, from } of fromAnyIterable(parts, signal)) {
    const { data, count, dimension } = embeddings;
    for (let start = 0; start < count; start += size) {
      const end = Math.min(start + size, count);
      const rows = { data: data.subarray(start * dimension, end * dimension), dimension };
      yield { embeddings: { ...rows, count: end - start }, from: from + start };
    }
  }
}

interface ChunkSearch extends RunOptions {
  readonly queries: Embeddings;
  readonly chunk: Embeddings;
  readonly from: number;
  readonly k: number;
  /** The best hits of each query so far; replaced by better ones. */
  readonly best: RowHit[][];
}

async function searchChunk(search: ChunkSearch): Promise<void> {
  const { queries, chunk, from, k, best, signal } = search;
  const perBlock = Math.max(1, Math.floor(blockScores / chunk.count));
  for (let start = 0; start < queries.count; start += perBlock) {
    await yieldToEventLoop();
    signal?.throwIfAborted();
    const end = Math.min(start + perBlock, queries.count);
    const scores = scoreRows({ queries, from: start, to: end, gallery: chunk });
    for (let query = start; query < end; query++) {
      const at = (query - start) * chunk.count;
      const own = scores.subarray(at, at + chunk.count);
      const found = Array.from(topK(own, k), (i) => ({ row: from + i, score: own[i] ?? 0 }));
      best[query] = [...(best[query] ?? []), ...found].sort(byScoreThenRow).slice(0, k);
    }
  }
}

function byScoreThenRow(a: RowHit, b: RowHit): number {
  return a.score === b.score ? a.row - b.row : b.score - a.score;
}
