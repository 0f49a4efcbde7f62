import { type RunOptions, withoutUndefined } from "@semblance/core";
import { semanticSearch as searchEmbeddings } from "@semblance/search";
import type { Modality } from "../data/columns.ts";
import type { SearchHit } from "../matcher.ts";
import {
  type AnswerOptions,
  checkAnswerOptions,
  createAnswerRule,
  type SearchDirection,
} from "./answer-rule.ts";
import { type OpenedSide, openQueries, openResponses, type SearchSides } from "./search-sides.ts";

/** Options of {@link semanticSearch}. */
export interface SemanticSearchOptions extends SearchSides, AnswerOptions, RunOptions {
  /** Hits per query. @defaultValue 10 */
  readonly topK?: number;
  /** Responses compared at once; changes no result. */
  readonly chunkSize?: number;
  /** @defaultValue `"cosine"` */
  readonly similarityType?: "cosine" | "dot";
}

/** Hits per query, best first. */
export type SearchResults = readonly (readonly SearchHit[])[];

/**
 * Finds the responses that match each query best, from text to image, image to text, or within one
 * side: the columns' types decide. Of a table with both columns, `queryData` is its query column and
 * `responseData` its response column.
 *
 * Rows of `responseData` with the same cell are one response; a hit names the first of them by its row
 * and its cell. Where only embeddings are given, each row is a response and its number its id. A query or response that cannot be encoded throws.
 *
 * Where the model has a calibration, hits between images and texts carry their probability. Embeddings
 * without data count as the other kind than the other side; two such sides have none.
 *
 * @throws TypeError when a side is missing, RangeError when data and embeddings are not the same items.
 * @throws {@link ConfigError} with code `NOT_CALIBRATED` or `CALIBRATION_STALE` when `minProbability`,
 * `abstain` or `prior` has no calibration to go by.
 */
export async function semanticSearch(options: SemanticSearchOptions): Promise<SearchResults> {
  const { topK = 10, chunkSize, similarityType: similarity, signal, onProgress } = options;
  checkAnswerOptions(options.matcher, options);
  const queries = await openQueries(options);
  const { vectors: gallery, rows, ids, ...response } = await openResponses(options);
  const direction = directionOf(queries, response);
  const toAnswer = createAnswerRule(
    options.matcher,
    { ...direction, similarity: similarity ?? "cosine" },
    options,
  );
  const hits = await searchEmbeddings(
    withoutUndefined({
      queries: queries.vectors,
      gallery,
      topK,
      chunkSize,
      similarity,
      signal,
      onProgress,
    }),
  );
  const toHit = (position: number, score: number): SearchHit => {
    const row = rows?.[position] ?? position;
    return { row, score, id: String(ids?.[row] ?? row) };
  };
  return hits.map((found) => toAnswer(found.map(({ row, score }) => toHit(row, score))));
}

function directionOf(
  queries: Pick<OpenedSide, "modality">,
  responses: Pick<OpenedSide, "modality">,
): Pick<SearchDirection, "query" | "response"> {
  const query = queries.modality ?? otherThan(responses.modality);
  return { query, response: responses.modality ?? otherThan(query) };
}

function otherThan(modality: Modality | undefined): Modality | undefined {
  if (modality === undefined) return undefined;
  return modality === "text" ? "image" : "text";
}
