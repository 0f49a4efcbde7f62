import { type Embeddings, type RunOptions, withoutUndefined } from "@semblance/core";
import { semanticSearch as searchEmbeddings } from "@semblance/search";
import { type ColumnSpec, type MatcherData, resolveColumn, toTable } from "./columns.ts";
import { encodeColumn } from "./encode-column.ts";
import type { Matcher, SearchHit } from "./matcher.ts";

/** Options of {@link semanticSearch}: each side as data, as embeddings, or both. */
export interface SemanticSearchOptions extends RunOptions {
  readonly matcher: Matcher;
  /** One column of queries: `{ caption: texts }` or `{ image: paths }`. */
  readonly queryData?: MatcherData;
  readonly responseData?: MatcherData;
  /** Vectors of the queries, made before with `extractEmbedding`. */
  readonly queryEmbeddings?: Embeddings;
  readonly responseEmbeddings?: Embeddings;
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
 * side: the columns' types decide.
 *
 * An id is the cell's content, or the row number where only embeddings are given. A query or response
 * that cannot be encoded throws.
 *
 * @throws TypeError when a side is missing.
 */
export async function semanticSearch(options: SemanticSearchOptions): Promise<SearchResults> {
  const { topK = 10, chunkSize, similarityType, signal, onProgress } = options;
  const queries =
    options.queryEmbeddings ?? (await encodeSide(options, options.queryData, "query"));
  const gallery =
    options.responseEmbeddings ?? (await encodeSide(options, options.responseData, "response"));
  const ids =
    options.responseData === undefined ? undefined : cellsOf(options, options.responseData);
  if (ids !== undefined && ids.length !== gallery.count) {
    throw new RangeError(
      `responseData has ${ids.length} rows, responseEmbeddings ${gallery.count}: they must be the same items.`,
    );
  }
  const hits = await searchEmbeddings(
    withoutUndefined({
      queries,
      gallery,
      topK,
      chunkSize,
      similarity: similarityType,
      signal,
      onProgress,
    }),
  );
  return hits.map((found) =>
    found.map(({ row, score }) => ({ row, score, id: String(ids?.[row] ?? row) })),
  );
}

async function encodeSide(
  options: SemanticSearchOptions,
  data: MatcherData | undefined,
  side: "query" | "response",
): Promise<Embeddings> {
  if (data === undefined) throw new TypeError(`Give ${side}Data or ${side}Embeddings.`);
  const { matcher, signal, onProgress } = options;
  const table = toTable(data);
  const encoded = await encodeColumn(
    withoutUndefined({
      encoder: matcher.model.encoder,
      table,
      column: searchedColumn(matcher, data),
      batchSize: matcher.settings.batchSize,
      signal,
      onProgress,
    }),
  );
  return encoded.embeddings;
}

function cellsOf(options: SemanticSearchOptions, data: MatcherData) {
  return toTable(data).columns[searchedColumn(options.matcher, data).column];
}

// The matcher's own columns first; any other single column says by name or content what it holds.
function searchedColumn(matcher: Matcher, data: MatcherData): ColumnSpec {
  const { columns } = toTable(data);
  const own = [matcher.settings.query, matcher.settings.response]
    .map((spec) => (typeof spec === "string" ? { spec, name: spec } : { spec, name: spec.column }))
    .filter(({ name }) => name in columns);
  const [first, second] = own;
  if (first && !second) return resolveColumn(first.spec, columns[first.name]);
  const names = Object.keys(columns);
  const [only] = names;
  if (only !== undefined && names.length === 1) return resolveColumn(only, columns[only]);
  throw new TypeError(
    `A side of a search is one column; found ${names.join(", ")}. Give just { ${first?.name ?? "caption"}: … }.`,
  );
}
