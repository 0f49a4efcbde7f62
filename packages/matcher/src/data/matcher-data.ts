import type { Cell, Table } from "@semblance/core";

/** A row by column name. */
export type MatcherRow = Readonly<Record<string, Cell>>;

/** Data as the predictor takes it: a table, columns by name, or rows. */
export type MatcherData = Table | Readonly<Record<string, readonly Cell[]>> | readonly MatcherRow[];

/**
 * Data as a {@link Table}; a table stays as it is. A row that lacks a column has `null` there.
 *
 * @throws TypeError for a bare array of cells, which does not say what it holds, and RangeError for
 * columns of different lengths.
 */
export function toTable(data: MatcherData): Table {
  if (isRows(data)) return tableOfRows(data);
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new TypeError(
      "Data is a table, an object of columns, or rows, for example { caption: texts }, { image: paths } or [{ caption: text, image: path }].",
    );
  }
  if (isTable(data)) return data;
  const lengths = Object.entries(data).map(([name, cells]) => [name, cells.length] as const);
  const length = lengths[0]?.[1] ?? 0;
  const odd = lengths.find(([, other]) => other !== length);
  if (odd) {
    throw new RangeError(
      `Column "${odd[0]}" has ${odd[1]} cells, "${lengths[0]?.[0]}" has ${length}.`,
    );
  }
  return { columns: data, length };
}

function isRows(data: MatcherData): data is readonly MatcherRow[] {
  const isRow = (row: unknown) => typeof row === "object" && row !== null && !Array.isArray(row);
  return Array.isArray(data) && data.length > 0 && data.every(isRow);
}

function tableOfRows(rows: readonly MatcherRow[]): Table {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  const cellsOf = (name: string) => rows.map((row) => row[name] ?? null);
  const columns = Object.fromEntries([...names].map((name) => [name, cellsOf(name)]));
  return { columns, length: rows.length };
}

function isTable(data: Exclude<MatcherData, readonly MatcherRow[]>): data is Table {
  return typeof data.length === "number" && "columns" in data;
}
