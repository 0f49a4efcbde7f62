import { type IndexedTable, indexTable } from "./index-table.ts";
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
 * @throws RangeError when columns differ in length.
 * @throws {@link DatasetError} with code `DOCUMENT_REPEATED` (twice for one query) or
 * `NUMBER_INVALID`: a score that is NaN, or a relevance that is not finite.
 */
export function indexRun(tables: { readonly qrels: Qrels; readonly run: Run }): IndexedRun {
  const numbers = new Map<string, number>();
  const run = indexTable(runColumns(tables.run), numbers, {
    of: "run",
    value: "score",
    isValid: (score) => typeof score === "number" && !Number.isNaN(score),
  });
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
