import type { Cell, Table } from "@semblance/core";
import type { Predictions } from "@semblance/matcher";
import { formatTable } from "../display/format-table.ts";
import { shortenText } from "../display/shorten-text.ts";
import { wrapText } from "../display/wrap-text.ts";
import { describeProbabilities } from "./describe-probabilities.ts";

const rowsShown = 20;
const width = 80;
const longestCell = 40;
const shortestCell = 12;

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
  const { length } = found.labels;
  const columns = Object.keys(table.columns).slice(0, 3);
  const names = ["row", ...columns, "match", ...(proba ? ["probability"] : [])];
  const there = found.labels.flatMap((label, row) => (label === null ? [] : [row]));
  const rows = there
    .slice(0, rowsShown)
    .map((row) => [
      String(row),
      ...columns.map((column) => table.columns[column]?.[row] ?? null),
      String(found.labels[row]),
      ...(proba ? [(found.probabilities[row] ?? Number.NaN).toFixed(4)] : []),
    ]);
  const more = there.length - rows.length;
  const pairs = there.length === length ? `${length} pairs` : `${there.length} of ${length} pairs`;
  return [
    wrapText(
      `${name}, ${describeProbabilities(found)}: ${pairs}, a match from ${found.threshold.toFixed(4)} on`,
    ),
    "",
    fitTable(names, rows),
    ...(more > 0 ? [`and ${more} more; -o FILE.csv writes all`] : []),
    ...(output === undefined ? [] : ["", `Written to ${output}`]),
  ].join("\n");
}

// Cells are cut as little as the width asks for.
function fitTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  for (let longest = longestCell; ; longest -= 1) {
    const cut = (cells: readonly Cell[]) => cells.map((cell) => shortenCell(cell, longest));
    const table = formatTable(cut(header), rows.map(cut));
    const fits = table.split("\n").every((line) => line.length <= width);
    if (fits || longest === shortestCell) return table;
  }
}

// Of a path the end says more.
function shortenCell(cell: Cell, longest: number): string {
  const text = String(cell ?? "");
  const isPath = /[/\\][^/\\]*\.\w{2,5}$/.test(text);
  const isCut = isPath && text.length > longest;
  return shortenText(isCut ? `…${text.slice(1 - longest)}` : text, longest);
}
