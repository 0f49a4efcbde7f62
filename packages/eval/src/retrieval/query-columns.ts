import type { Direction } from "./evaluation.ts";

/**
 * How the queries of one direction fared, in columns: place i of each is about the i-th query that
 * counts, in row order. Typed arrays, since an object per query is too much for some hundred
 * thousand queries.
 */
export interface QueryColumns {
  /** The row of each query, lowest first; its length is the number of queries. */
  readonly rows: Uint32Array;
  /**
   * The cluster of each query: queries that relevant pairs connect have the same number, which is
   * also that of their counterparts in the other direction.
   */
  readonly clusters: Uint32Array;
  /** `rank` and, for each cut-off, `hit@k`, `recall@k` and so on: one value per query. */
  readonly metrics: Readonly<Record<string, Float64Array>>;
  readonly relevant: RelevantRows;
  readonly hits: HitColumns;
}

/** Relevant rows of the gallery, query after query. */
export interface RelevantRows {
  /** `[queries + 1]`: those of query i are at `starts[i]` up to, not including, `starts[i + 1]`. */
  readonly starts: Uint32Array;
  /** Lowest first within a query. */
  readonly rows: Uint32Array;
  /** How relevant each is, above 0. */
  readonly grades: Float64Array;
}

/** The best rows of the gallery, highest score first, ties by row. */
export interface HitColumns {
  /** How many each query lists: `topHits`, or the whole gallery when that is smaller. */
  readonly perQuery: number;
  /** `[queries, perQuery]`, row-major. */
  readonly rows: Uint32Array;
  /** Cosine similarity in [-1, 1], or the dot product; as `rows`. */
  readonly scores: Float32Array;
}

/** A row of the gallery that a query found. */
export interface RowHit {
  readonly row: number;
  /** Cosine similarity in [-1, 1], or the dot product. */
  readonly score: number;
}

/** How one query fared. */
export interface QueryResult {
  /** Row of the query. */
  readonly query: number;
  readonly cluster: number;
  /** Relevant rows of the gallery, lowest first. */
  readonly relevant: readonly number[];
  /** How relevant each of them is, above 0. */
  readonly grades: readonly number[];
  /** The best rows, highest score first, ties by row; empty unless `topHits` asks for them. */
  readonly hits: readonly RowHit[];
  /** `rank` and, for each cut-off, `hit@k`, `recall@k` and so on. */
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * One query of an evaluation as an object.
 *
 * @param index - Its place among the queries that count, from 0: not its row.
 * @throws RangeError when there is no such query.
 */
export function queryResult(
  evaluation: { readonly queries: Readonly<Record<Direction, QueryColumns>> },
  direction: Direction,
  index: number,
): QueryResult {
  const { rows, clusters, metrics, relevant, hits } = evaluation.queries[direction];
  const query = rows[index];
  if (query === undefined) {
    throw new RangeError(`There are ${rows.length} ${direction} queries, asked for ${index}.`);
  }
  const [start, end] = [relevant.starts[index], relevant.starts[index + 1]];
  const values = Object.entries(metrics).map(([name, column]) => [name, column[index]]);
  return {
    query,
    cluster: clusters[index] ?? 0,
    relevant: Array.from(relevant.rows.subarray(start, end)),
    grades: Array.from(relevant.grades.subarray(start, end)),
    hits: hitsOf(hits, index),
    metrics: Object.fromEntries(values),
  };
}

function hitsOf({ perQuery, rows, scores }: HitColumns, index: number): RowHit[] {
  const from = index * perQuery;
  const own = rows.subarray(from, from + perQuery);
  return Array.from(own, (row, i) => ({ row, score: scores[from + i] ?? 0 }));
}
