import {
  type Cell,
  type Embeddings,
  type RunOptions,
  type Table,
  withoutUndefined,
} from "@semblance/core";
import { type ColumnSpec, type Modality, resolveColumn } from "../data/columns.ts";
import { type IdMappings, mapIds } from "../data/id-mappings.ts";
import type { MatcherData } from "../data/matcher-data.ts";
import { encodeColumn } from "../encoding/encode-column.ts";
import type { Matcher } from "../matcher.ts";

/** What a search is between: each side as data, as embeddings, or both. */
export interface SearchSides extends RunOptions {
  readonly matcher: Matcher;
  /** One column of queries: `{ caption: texts }` or `{ image: paths }`. */
  readonly queryData?: MatcherData;
  readonly responseData?: MatcherData;
  /** Vectors of the queries, made before with `extractEmbedding`. */
  readonly queryEmbeddings?: Embeddings;
  readonly responseEmbeddings?: Embeddings;
  /** What ids stand for, where the data holds ids in the place of contents. */
  readonly idMappings?: IdMappings;
}

/** One side, ready to compare. */
export interface OpenedSide {
  readonly vectors: Embeddings;
  /** What was embedded, where there is data that says so. */
  readonly modality?: Modality;
}

/** What is searched. */
export interface OpenedResponses extends OpenedSide {
  /** The row in the data of each vector, where they are not the same. */
  readonly rows?: readonly number[];
  /** By row of the data: the cell, or its id. */
  readonly ids?: readonly Cell[];
}

/** @throws TypeError when there are neither data nor embeddings. */
export async function openQueries(sides: SearchSides): Promise<OpenedSide> {
  const { queryEmbeddings, queryData, matcher, idMappings } = sides;
  const mapped = queryData && mapIds(queryData, idMappings).table;
  const spec = mapped && searchedColumn(matcher, mapped, "query");
  if (queryEmbeddings) return withoutUndefined({ vectors: queryEmbeddings, modality: spec?.type });
  if (!mapped || !spec) throw new TypeError("Give queryData or queryEmbeddings.");
  return { vectors: await encode(sides, mapped, spec), modality: spec.type };
}

/**
 * Rows of the data with the same cell are one response: the first of them.
 *
 * @throws TypeError when there are neither data nor embeddings, RangeError when they are not the same
 * items.
 */
export async function openResponses(sides: SearchSides): Promise<OpenedResponses> {
  const { responseEmbeddings, responseData, matcher, idMappings } = sides;
  if (!responseData) {
    if (responseEmbeddings) return { vectors: responseEmbeddings };
    throw new TypeError("Give responseData or responseEmbeddings.");
  }
  const { table, idColumns } = mapIds(responseData, idMappings);
  const spec = searchedColumn(matcher, table, "response");
  const modality = spec.type;
  const cells = table.columns[spec.column] ?? [];
  const ids = table.columns[idColumns[spec.column] ?? spec.column] ?? [];
  if (responseEmbeddings) {
    requireSameCount(cells.length, responseEmbeddings.count);
    return { vectors: responseEmbeddings, modality, ids };
  }
  const rows = firstRows(ids);
  const distinct = { ...table, columns: { [spec.column]: rows.map((row) => cells[row] ?? null) } };
  return { vectors: await encode(sides, distinct, spec), modality, rows, ids };
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

async function encode(sides: SearchSides, table: Table, column: ColumnSpec): Promise<Embeddings> {
  const { matcher, signal, onProgress } = sides;
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
