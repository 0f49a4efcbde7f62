import {
  type Cell,
  type Embeddings,
  type RunOptions,
  type Table,
  withoutUndefined,
} from "@semblance/core";
import { semanticSearch as searchEmbeddings } from "@semblance/search";
import { type ColumnSpec, resolveColumn } from "../data/columns.ts";
import { type MatcherData, toTable } from "../data/matcher-data.ts";
import { encodeColumn } from "../encoding/encode-column.ts";
import type { Matcher, SearchHit } from "../matcher.ts";

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
 * side: the columns' types decide. Of a table with both columns, `queryData` is its query column and
 * `responseData` its response column.
 *
 * Rows of `responseData` with the same cell are one response; a hit names the first of them by its row
 * and its cell. Where only embeddings are given, each row is a response and its number its id. A query
 * or response that cannot be encoded throws.
 *
 * @throws TypeError when a side is missing, RangeError when data and embeddings are not the same items.
 */
export async function semanticSearch(options: SemanticSearchOptions): Promise<SearchResults> {
  const { topK = 10, chunkSize, similarityType, signal, onProgress } = options;
  const queries = await openQueries(options);
  const { gallery, rows, cells } = await openResponses(options);
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
  const toHit = (position: number, score: number): SearchHit => {
    const row = rows?.[position] ?? position;
    return { row, score, id: String(cells?.[row] ?? row) };
  };
  return hits.map((found) => found.map(({ row, score }) => toHit(row, score)));
}

async function openQueries(options: SemanticSearchOptions): Promise<Embeddings> {
  const { queryEmbeddings, queryData } = options;
  if (queryEmbeddings) return queryEmbeddings;
  if (!queryData) throw new TypeError("Give queryData or queryEmbeddings.");
  const table = toTable(queryData);
  return encode(options, table, searchedColumn(options.matcher, table, "query"));
}

interface Responses {
  readonly gallery: Embeddings;
  /** The row in the data of each gallery vector, where they are not the same. */
  readonly rows?: readonly number[];
  readonly cells?: readonly Cell[];
}

async function openResponses(options: SemanticSearchOptions): Promise<Responses> {
  const { responseEmbeddings, responseData, matcher } = options;
  if (!responseData) {
    if (responseEmbeddings) return { gallery: responseEmbeddings };
    throw new TypeError("Give responseData or responseEmbeddings.");
  }
  const table = toTable(responseData);
  const spec = searchedColumn(matcher, table, "response");
  const cells = table.columns[spec.column] ?? [];
  if (responseEmbeddings) {
    requireSameCount(cells.length, responseEmbeddings.count);
    return { gallery: responseEmbeddings, cells };
  }
  const rows = firstRows(cells);
  const distinct = { ...table, columns: { [spec.column]: rows.map((row) => cells[row] ?? null) } };
  return { gallery: await encode(options, distinct, spec), rows, cells };
}

/** The first row of each distinct cell. */
function firstRows(cells: readonly Cell[]): number[] {
  const rows = new Map<Cell, number>();
  for (const [row, cell] of cells.entries()) if (!rows.has(cell)) rows.set(cell, row);
  return [...rows.values()];
}

function requireSameCount(rows: number, vectors: number): void {
  if (rows === vectors) return;
  throw new RangeError(
    `responseData has ${rows} rows, responseEmbeddings ${vectors}: they must be the same items.`,
  );
}

async function encode(
  options: SemanticSearchOptions,
  table: Table,
  column: ColumnSpec,
): Promise<Embeddings> {
  const { matcher, signal, onProgress } = options;
  const { batchSize } = matcher.settings;
  const { encoder } = matcher.model;
  const { embeddings } = await encodeColumn(
    withoutUndefined({ encoder, table, column, batchSize, signal, onProgress }),
  );
  return embeddings;
}

// The matcher's own columns first; any other single column says by name or content what it holds.
function searchedColumn(
  { settings }: Matcher,
  { columns }: Table,
  side: "query" | "response",
): ColumnSpec {
  const other = side === "query" ? settings.response : settings.query;
  for (const spec of [settings[side], other]) {
    const name = typeof spec === "string" ? spec : spec.column;
    if (name in columns) return resolveColumn(spec, columns[name]);
  }
  const names = Object.keys(columns);
  const [only] = names;
  if (only !== undefined && names.length === 1) return resolveColumn(only, columns[only]);
  throw new TypeError(
    `A side of a search is one column; found ${names.join(", ")}. Give just one, for example { caption: texts }.`,
  );
}
