import type { Direction, Evaluation } from "../evaluation.ts";
import type { HitColumns, QueryColumns, RelevantRows } from "../query-columns.ts";
import type { Hubness } from "../summary/hubness.ts";
import type { Fold } from "./fold.ts";

/** A fold with what was found in it. */
export interface EvaluatedFold {
  readonly fold: Fold;
  readonly evaluation: Evaluation;
}

/** A query in its fold. */
interface PooledQuery {
  readonly columns: QueryColumns;
  /** Its place in them. */
  readonly index: number;
  /** Its row in the whole. */
  readonly row: number;
  readonly cluster: number;
  /** Rows of the whole by row of the fold's gallery. */
  readonly gallery: Uint32Array;
}

/** The queries of all folds as those of the whole: rows are the whole's, and clusters of two folds two. */
export function poolQueries(
  folds: readonly EvaluatedFold[],
): Readonly<Record<Direction, QueryColumns>> {
  const offsets = clusterOffsets(folds);
  const pool = (direction: Direction) => {
    const queries = folds.flatMap((fold, i) => queriesOf(fold, direction, offsets[i] ?? 0));
    return toColumns(queries.sort((left, right) => left.row - right.row));
  };
  return { t2i: pool("t2i"), i2t: pool("i2t") };
}

/** What stands before the clusters of each fold, so that no two folds share a number. */
function clusterOffsets(folds: readonly EvaluatedFold[]): number[] {
  const offsets: number[] = [];
  let next = 0;
  for (const { evaluation } of folds) {
    offsets.push(next);
    const { t2i, i2t } = evaluation.queries;
    for (const cluster of [...t2i.clusters, ...i2t.clusters]) {
      next = Math.max(next, (offsets.at(-1) ?? 0) + cluster + 1);
    }
  }
  return offsets;
}

function queriesOf(
  { fold, evaluation }: EvaluatedFold,
  direction: Direction,
  offset: number,
): PooledQuery[] {
  const columns = evaluation.queries[direction];
  const { image, text } = fold.rows;
  const [own, gallery] = direction === "t2i" ? [text, image] : [image, text];
  return Array.from(columns.rows, (row, index) => ({
    columns,
    index,
    gallery,
    row: own[row] ?? 0,
    cluster: offset + (columns.clusters[index] ?? 0),
  }));
}

function toColumns(queries: readonly PooledQuery[]): QueryColumns {
  const names = Object.keys(queries[0]?.columns.metrics ?? {});
  const columnOf = (name: string) =>
    Float64Array.from(queries, ({ columns, index }) => columns.metrics[name]?.[index] ?? 0);
  return {
    rows: Uint32Array.from(queries, ({ row }) => row),
    clusters: Uint32Array.from(queries, ({ cluster }) => cluster),
    metrics: Object.fromEntries(names.map((name) => [name, columnOf(name)])),
    relevant: poolRelevant(queries),
    hits: poolHits(queries),
  };
}

function poolRelevant(queries: readonly PooledQuery[]): RelevantRows {
  const starts = new Uint32Array(queries.length + 1);
  const rows: number[] = [];
  const grades: number[] = [];
  for (const [at, { columns, index, gallery }] of queries.entries()) {
    const { relevant } = columns;
    const end = relevant.starts[index + 1] ?? 0;
    for (let i = relevant.starts[index] ?? 0; i < end; i++) {
      rows.push(gallery[relevant.rows[i] ?? 0] ?? 0);
      grades.push(relevant.grades[i] ?? 0);
    }
    starts[at + 1] = rows.length;
  }
  return { starts, rows: Uint32Array.from(rows), grades: Float64Array.from(grades) };
}

// A small fold may list fewer hits; all lists are as long as its.
function poolHits(queries: readonly PooledQuery[]): HitColumns {
  const listed = queries.map(({ columns }) => columns.hits.perQuery);
  const perQuery = listed.reduce((least, count) => Math.min(least, count), Infinity);
  const rows = new Uint32Array(queries.length * perQuery);
  const scores = new Float32Array(rows.length);
  for (const [at, { columns, index, gallery }] of queries.entries()) {
    const from = index * columns.hits.perQuery;
    for (let i = 0; i < perQuery; i++) {
      rows[at * perQuery + i] = gallery[columns.hits.rows[from + i] ?? 0] ?? 0;
      scores[at * perQuery + i] = columns.hits.scores[from + i] ?? 0;
    }
  }
  return { perQuery, rows, scores };
}

/** The mean over the folds; of the greatest number of finds the greatest. */
export function poolHubness(folds: readonly Hubness[]): Hubness {
  const mean = (figureOf: (hubness: Hubness) => number) =>
    folds.reduce((sum, hubness) => sum + figureOf(hubness), 0) / folds.length;
  return {
    k: Math.max(...folds.map(({ k }) => k)),
    skewness: mean(({ skewness }) => skewness),
    antiHubs: mean(({ antiHubs }) => antiHubs),
    largest: Math.max(...folds.map(({ largest }) => largest)),
  };
}
