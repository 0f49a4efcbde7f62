import type { Table } from "@semblance/core";
import type { Predictions } from "@semblance/matcher";
import { describeProbabilities } from "./describe-probabilities.ts";
import { formatTable } from "./format-table.ts";
import { shortenText } from "./shorten-text.ts";

const rowsShown = 20;
const longestCell = 40;

/** What the text says besides the predictions. */
export interface PredictionsContext {
  /** The model's. */
  readonly name: string;
  readonly table: Table;
  readonly proba: boolean;
  readonly output: string | undefined;
}

/** Predictions as a table for people: the first rows, and how they were made. */
export function formatPredictions(found: Predictions, context: PredictionsContext): string {
  const { table, proba, output, name } = context;
  const columns = Object.keys(table.columns).slice(0, 3);
  const names = ["row", ...columns, "match", ...(proba ? ["probability"] : [])];
  const there = found.labels.flatMap((label, row) => (label === null ? [] : [row]));
  const rows = there
    .slice(0, rowsShown)
    .map((row) => [
      String(row),
      ...columns.map((column) =>
        shortenText(String(table.columns[column]?.[row] ?? ""), longestCell),
      ),
      String(found.labels[row]),
      ...(proba ? [(found.probabilities[row] ?? Number.NaN).toFixed(4)] : []),
    ]);
  const more = there.length - rows.length;
  return [
    `${name}, ${describeProbabilities(found)}: ${there.length} pairs, a match from ${found.threshold.toFixed(4)} on`,
    "",
    formatTable(names, rows),
    ...(more > 0 ? [`and ${more} more; -o FILE.csv writes all`] : []),
    ...(output === undefined ? [] : ["", `Written to ${output}`]),
  ].join("\n");
}
