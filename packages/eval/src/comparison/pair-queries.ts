import { DatasetError } from "@semblance/core";
import type { Direction } from "../retrieval/evaluation.ts";
import type { EvaluatedQueries } from "./evaluation-document.ts";
import type { QueryLine } from "./query-line.ts";

/** One query in both results. */
export interface QueryPair {
  readonly a: QueryLine;
  readonly b: QueryLine;
}

/** The queries of both directions, in a's order. */
export type QueryPairs = Readonly<Record<Direction, readonly QueryPair[]>>;

/**
 * Puts the queries of two results over one gallery side by side.
 *
 * @throws {@link DatasetError} with code `QUERIES_DIFFER` when one has a query that the other has not.
 */
export function pairQueries(a: EvaluatedQueries, b: EvaluatedQueries): QueryPairs {
  const others = new Map(b.queries.map((line) => [keyOf(line), line]));
  const pairs: Record<Direction, QueryPair[]> = { t2i: [], i2t: [] };
  for (const line of a.queries) {
    const other = others.get(keyOf(line));
    if (!other) throw queriesDiffer(a, b, line);
    others.delete(keyOf(line));
    pairs[line.direction].push({ a: line, b: other });
  }
  const [left] = others.values();
  if (left) throw queriesDiffer(a, b, left);
  return pairs;
}

function keyOf({ direction, query }: QueryLine): string {
  return `${direction} ${query}`;
}

function queriesDiffer(a: EvaluatedQueries, b: EvaluatedQueries, odd: QueryLine): DatasetError {
  return new DatasetError({
    code: "QUERIES_DIFFER",
    message:
      `The results are over one gallery, but not over the same queries: ${a.queries.length} and ` +
      `${b.queries.length} of them, and only one has the ${odd.direction} query "${odd.query}".`,
    fix: "Give each result with the queries that were written beside it.",
  });
}
