import type { QueryColumns } from "../../retrieval/query-columns.ts";

/** Which queries of a direction a report shows. */
export interface ChosenQueries {
  /** Places among the queries, the worst rank first. */
  readonly indices: readonly number[];
  readonly queries: number;
  /** How many do not have a right answer in the first place for certain. */
  readonly failures: number;
  readonly failuresShown: number;
}

const failureShare = 0.75;

/**
 * All queries where `limit` allows it. Else failures take up to three quarters of the places and
 * the others the rest, each drawn evenly over their ranks, so that near misses are seen beside the
 * worst.
 */
export function chooseQueries(columns: QueryColumns, limit: number): ChosenQueries {
  const ranks = columns.metrics.rank ?? new Float64Array(columns.rows.length);
  const sorted = Array.from(ranks, (_, i) => i).sort(
    (a, b) => (ranks[b] ?? 0) - (ranks[a] ?? 0) || a - b,
  );
  const firstRight = sorted.findIndex((i) => (ranks[i] ?? 0) <= 1);
  const failures = firstRight === -1 ? sorted.length : firstRight;
  const others = sorted.length - failures;
  const failuresShown = Math.min(
    failures,
    Math.max(Math.round(limit * failureShare), limit - others),
  );
  const indices = [
    ...drawEvenly(sorted.slice(0, failures), failuresShown),
    ...drawEvenly(sorted.slice(failures), Math.min(others, limit - failuresShown)),
  ];
  return { indices, queries: sorted.length, failures, failuresShown };
}

/** `count` of the values, evenly spread from the first to the last, in their order. */
export function drawEvenly<Value>(values: readonly Value[], count: number): Value[] {
  if (count >= values.length) return [...values];
  const step = count > 1 ? (values.length - 1) / (count - 1) : 0;
  const places = new Set(Array.from({ length: count }, (_, i) => Math.round(i * step)));
  return values.filter((_, place) => places.has(place));
}
