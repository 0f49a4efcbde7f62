import { DatasetError } from "@semblance/core";

/** Qrels or a run with documents as numbers, query after query: strings are slow and large. */
export interface IndexedTable {
  /** Query id → its place, in order of first appearance. */
  readonly queries: ReadonlyMap<string, number>;
  /** `[queries + 1]`: query i has the rows from `starts[i]` up to, not including, `starts[i + 1]`. */
  readonly starts: Uint32Array;
  readonly documents: Uint32Array;
  /** Grades or scores. */
  readonly values: Float64Array;
}

/** The rows of one query. */
export type QueryRows = Pick<IndexedTable, "documents" | "values">;

/** A view of a query's rows; no rows for a query that the table lacks. */
export function rowsOf(table: IndexedTable, query: string): QueryRows {
  const place = table.queries.get(query);
  const from = place === undefined ? 0 : table.starts[place];
  const to = place === undefined ? 0 : table.starts[place + 1];
  return {
    documents: table.documents.subarray(from, to),
    values: table.values.subarray(from, to),
  };
}

/** What {@link indexTable} reads: columns of equal length. */
export interface TableColumns {
  readonly queries: readonly string[];
  readonly documents: readonly string[];
  readonly values: ArrayLike<number>;
}

/** What a table must be like, and how errors call it. */
export interface TableCheck {
  readonly of: "qrels" | "run";
  readonly value: "relevance" | "score";
  readonly isValid: (value: unknown) => boolean;
}

/** Document id → number from 0, in order of first appearance. */
export type DocumentNumbers = Map<string, number>;

/**
 * @param numbers - Grows by the documents that it lacks.
 * @throws {@link DatasetError} with code `NUMBER_INVALID`.
 * @throws RangeError when columns differ in length.
 */
export function indexTable(
  columns: TableColumns,
  numbers: DocumentNumbers,
  check: TableCheck,
): IndexedTable {
  const { documents, values } = columns;
  const rows = columns.queries.length;
  if (documents.length !== rows || values.length !== rows) {
    throw new RangeError(
      `Columns must be equally long, found ${rows} queries, ${documents.length} documents and ${values.length} numbers.`,
    );
  }
  const { queries, queryOfRow, starts } = countRows(columns.queries);
  const next = starts.slice();
  const table = { documents: new Uint32Array(rows), values: new Float64Array(rows) };
  for (let row = 0; row < rows; row++) {
    const value = values[row] as number;
    if (!check.isValid(value)) throw invalidNumber(columns, row, check);
    const query = queryOfRow[row] as number;
    const place = next[query] as number;
    next[query] = place + 1;
    table.documents[place] = numberOf(documents[row] as string, numbers);
    table.values[place] = value;
  }
  return { queries, starts, ...table };
}

function countRows(queryIds: readonly string[]) {
  const queries = new Map<string, number>();
  const queryOfRow = new Uint32Array(queryIds.length);
  let last: string | undefined;
  let query = 0;
  for (let row = 0; row < queryIds.length; row++) {
    const id = queryIds[row] as string;
    // Rows of a query mostly stand together.
    if (id !== last) query = numberOf(id, queries);
    last = id;
    queryOfRow[row] = query;
  }
  const starts = new Uint32Array(queries.size + 1);
  for (const own of queryOfRow) starts[own + 1] = (starts[own + 1] as number) + 1;
  for (let i = 1; i < starts.length; i++) {
    starts[i] = (starts[i] as number) + (starts[i - 1] as number);
  }
  return { queries, queryOfRow, starts };
}

function numberOf(id: string, numbers: Map<string, number>): number {
  const known = numbers.get(id);
  if (known !== undefined) return known;
  numbers.set(id, numbers.size);
  return numbers.size - 1;
}

function invalidNumber(
  { queries, documents, values }: TableColumns,
  row: number,
  check: TableCheck,
) {
  return new DatasetError({
    code: "NUMBER_INVALID",
    message: `The ${check.of} has ${String(values[row])} as ${check.value} of document "${documents[row]}" for query "${queries[row]}"; expected a number.`,
    fix: `Give every row a numeric ${check.value}.`,
  });
}
