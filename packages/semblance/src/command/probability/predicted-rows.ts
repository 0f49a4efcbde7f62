import { type Cell, type Table, withoutUndefined } from "@semblance/core";
import type { Predictions } from "@semblance/matcher";

/** One pair in the document of `predict`. */
export interface PredictedRow {
  /** From 0. */
  readonly row: number;
  readonly match: Cell;
  /** Cosine similarity in [-1, 1]. */
  readonly score: number;
  /** With `--proba`. */
  readonly probability?: number;
}

/** The rows that have a prediction, in order. */
export function listPredictions(
  { labels, scores, probabilities }: Predictions,
  proba: boolean,
): readonly PredictedRow[] {
  return labels.flatMap((match, row) => {
    const score = scores[row] ?? null;
    if (match === null || score === null) return [];
    const probability = proba ? (probabilities[row] ?? undefined) : undefined;
    return [withoutUndefined({ row, match, score, probability })];
  });
}

/** The table with the columns `match`, `score` and, where asked for, `probability`. */
export function addPredictions(table: Table, found: Predictions, proba: boolean): Table {
  const { labels: match, scores: score, probabilities: probability } = found;
  const columns = { ...table.columns, match, score, ...(proba && { probability }) };
  return { ...table, columns };
}
