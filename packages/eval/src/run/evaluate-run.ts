import { DatasetError, writeQueryMetrics } from "@semblance/core";
import { type IndexedRun, indexRun } from "./index-run.ts";
import { type IndexedTable, rowsOf } from "./index-table.ts";
import { rankDocuments } from "./rank-documents.ts";
import { type EvaluateRunOptions, type RunSettings, readRunOptions } from "./run-options.ts";
import { type RunMetrics, summarizeRun } from "./summarize-run.ts";

/** How a run fares against judgements. */
export interface RunEvaluation extends RunMetrics {
  /** How many queries' numbers depend on the order of ties. */
  readonly ties: { readonly queries: number };
  /** How many queries of the qrels were left out because nothing is relevant to them. */
  readonly withoutRelevant: number;
  /** How many queries have relevant documents but none in the run. */
  readonly missing: number;
  /** How many queries of the run have no judgements and so do not count. */
  readonly unjudged: number;
}

/**
 * Measures a run, ids against ids, as trec_eval does: rankings of any length, made by any system. It
 * takes some 20 ms per 1,000 queries of 100 documents, and does not pause.
 *
 * A document without a judgement is not relevant. A relevant document that the run lacks was not
 * retrieved: it counts in recall, map, ndcg and R-precision, and has no rank. Queries with nothing
 * relevant are left out, and `withoutRelevant` counts them.
 *
 * The metrics are those of core's `queryMetrics`, and means over the queries. `medr` and `meanr` are
 * there when they are finite: when at least half of the queries, or all, find something.
 *
 * @throws RangeError for an option that is out of range, or columns of different lengths.
 * @throws {@link DatasetError} with code `NOTHING_RELEVANT`, `RUN_UNRELATED` (it has none of the
 * queries), `DOCUMENT_REPEATED` or `NUMBER_INVALID`.
 */
export function evaluateRun(options: EvaluateRunOptions): RunEvaluation {
  const settings = readRunOptions(options);
  const indexed = "indexed" in options ? options.indexed : indexRun(options);
  const { qrels, run } = indexed;
  const wanted = Array.from(qrels.queries.keys()).filter((query) => isAnyRelevant(qrels, query));
  if (wanted.length === 0) throw nothingRelevant(qrels);
  const present = wanted.filter((query) => run.queries.has(query));
  if (present.length === 0) throw unrelated(wanted, run);
  const ids = settings.missingQueries === "zero" ? wanted : present;
  const { table, tied } = measureQueries(ids, indexed, settings);
  return {
    ...summarizeRun({ ids, table, names: settings.names }),
    ties: { queries: tied },
    withoutRelevant: qrels.queries.size - wanted.length,
    missing: wanted.length - present.length,
    unjudged: Array.from(run.queries.keys()).filter((query) => !qrels.queries.has(query)).length,
  };
}

function isAnyRelevant(qrels: IndexedTable, query: string): boolean {
  return rowsOf(qrels, query).values.some((grade) => grade > 0);
}

function measureQueries(queries: readonly string[], indexed: IndexedRun, settings: RunSettings) {
  const { cutoffs, names, ties } = settings;
  const gradeOf = new Float64Array(indexed.documentIds.length);
  const table = new Float64Array(queries.length * names.length);
  let tied = 0;
  for (const [i, query] of queries.entries()) {
    const { groups, grades, isTied } = rankDocuments({
      judged: rowsOf(indexed.qrels, query),
      retrieved: rowsOf(indexed.run, query),
      ties,
      documentIds: indexed.documentIds,
      gradeOf,
    });
    const row = table.subarray(i * names.length, (i + 1) * names.length);
    writeQueryMetrics({ groups, grades, cutoffs }, row);
    if (isTied) tied++;
  }
  return { table, tied };
}

function nothingRelevant({ queries }: IndexedTable): DatasetError {
  return new DatasetError({
    code: "NOTHING_RELEVANT",
    message: `The qrels have ${queries.size} queries and no relevance above 0, so there is nothing to find.`,
    fix: "Mark the documents that belong to a query with a relevance of 1.",
  });
}

function unrelated(wanted: readonly string[], run: IndexedTable): DatasetError {
  const [found] = run.queries.keys();
  const example = found === undefined ? "is empty" : `has queries such as "${found}"`;
  return new DatasetError({
    code: "RUN_UNRELATED",
    message: `None of the ${wanted.length} queries of the qrels, such as "${wanted[0]}", is in the run, which ${example}.`,
    fix: "Give both the same query ids.",
  });
}
