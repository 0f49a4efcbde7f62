import { DatasetError } from "@semblance/core";
import { type DocumentNumbers, type IndexedTable, indexTable } from "./index-table.ts";
import type { ByQuery, Qrels, QrelsColumns, Run, RunColumns } from "./run.ts";

/** A run and its judgements, read and ready to be measured: made by {@link indexRun}. */
export interface IndexedRun {
  readonly qrels: IndexedTable;
  readonly run: IndexedTable;
  /** Of the documents of both, by their number. */
  readonly documentIds: readonly string[];
}

/**
 * Reads a run and its judgements once, so that they can be measured many times: with other cut-offs,
 * or another treatment of ties.
 *
 * Of several judgements about the same query and document the highest counts.
 *
 * @throws RangeError when columns differ in length.
 * @throws {@link DatasetError} with code `DOCUMENT_REPEATED` (retrieved twice for one query) or
 * `NUMBER_INVALID`: a score that is NaN, or a relevance that is not finite.
 */
export function indexRun(tables: { readonly qrels: Qrels; readonly run: Run }): IndexedRun {
  const numbers = new Map<string, number>();
  const run = indexTable(runColumns(tables.run), numbers, {
    of: "run",
    value: "score",
    isValid: (score) => typeof score === "number" && !Number.isNaN(score),
  });
  checkRepeated(run, numbers);
  const qrels = indexTable(qrelsColumns(tables.qrels), numbers, {
    of: "qrels",
    value: "relevance",
    isValid: Number.isFinite,
  });
  return { qrels, run, documentIds: Array.from(numbers.keys()) };
}

function runColumns(run: Run) {
  return isColumns(run) ? { ...run, values: run.scores } : toColumns(run);
}

function qrelsColumns(qrels: Qrels) {
  return isColumns(qrels) ? { ...qrels, values: qrels.relevance } : toColumns(qrels);
}

function isColumns<Table extends QrelsColumns | RunColumns>(
  table: Table | ByQuery,
): table is Table {
  // A record may have a query of that name, but then it holds a record.
  return Array.isArray(table.queries);
}

function toColumns(record: ByQuery) {
  const columns = { queries: [] as string[], documents: [] as string[], values: [] as number[] };
  for (const [query, own] of Object.entries(record)) {
    for (const document of Object.keys(own)) {
      columns.queries.push(query);
      columns.documents.push(document);
      columns.values.push(own[document] as number);
    }
  }
  return columns;
}

function checkRepeated({ queries, starts, documents }: IndexedTable, numbers: DocumentNumbers) {
  // The last query, counted from 1, that has each document.
  const seen = new Uint32Array(numbers.size);
  for (const [query, place] of queries) {
    const end = starts[place + 1] as number;
    for (let row = starts[place] as number; row < end; row++) {
      const document = documents[row] as number;
      if (seen[document] === place + 1) {
        throw repeated(query, Array.from(numbers.keys())[document] ?? "");
      }
      seen[document] = place + 1;
    }
  }
}

function repeated(query: string, document: string): DatasetError {
  return new DatasetError({
    code: "DOCUMENT_REPEATED",
    message: `The run has document "${document}" more than once for query "${query}".`,
    fix: "Keep one row for each query and document.",
  });
}
