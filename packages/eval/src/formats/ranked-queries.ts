import type { Direction } from "../retrieval/evaluation.ts";
import { type QueryColumns, queryResult } from "../retrieval/query-columns.ts";
import type { RankedQuery } from "./trec.ts";

/** Ids by row. */
export interface RowIds {
  readonly image: readonly string[];
  readonly text: readonly string[];
}

/**
 * The queries of one direction that count, by ids, with as many hits as `topHits` kept, for
 * {@link toTrecRun} and {@link toTrecQrels}.
 *
 * @throws RangeError for a row without an id.
 */
export function* rankedQueries(
  evaluation: { readonly queries: Readonly<Record<Direction, QueryColumns>> },
  direction: Direction,
  ids: RowIds,
): Generator<RankedQuery, void, undefined> {
  const [own, others] = direction === "t2i" ? [ids.text, ids.image] : [ids.image, ids.text];
  for (const index of evaluation.queries[direction].rows.keys()) {
    const { query, hits, relevant, grades } = queryResult(evaluation, direction, index);
    yield {
      query: idAt(own, query),
      hits: hits.map(({ row, score }) => ({ id: idAt(others, row), score })),
      judged: relevant.map((row, i) => ({ id: idAt(others, row), relevance: grades[i] ?? 0 })),
    };
  }
}

function idAt(ids: readonly string[], row: number): string {
  const id = ids[row];
  if (id === undefined) throw new RangeError(`There are ${ids.length} ids, asked for row ${row}.`);
  return id;
}
