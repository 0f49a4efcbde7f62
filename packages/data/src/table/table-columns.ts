import type { Cell, Table } from "@semblance/core";

/** A table that knows on which line of its file each row starts. */
export interface LocatedTable extends Table {
  /** 1-based line of each row, in row order; the header of a CSV or TSV file is line 1. */
  readonly lines: readonly number[];
}

/** Rows on their way to becoming columns. */
export interface RowCollector {
  /** Adds a row by column name; a name not seen before becomes a column, `null` in earlier rows. */
  addRow(line: number, cells: Iterable<readonly [string, Cell]>): void;
  readonly length: number;
  toTable(about: { readonly source: string; readonly baseFolder: string }): LocatedTable;
}

/** Collects rows. Columns stand in order of first appearance. */
export function createRowCollector(): RowCollector {
  const columns = new Map<string, Cell[]>();
  const lines: number[] = [];
  return {
    addRow(line, cells) {
      for (const [name, cell] of cells) {
        const column = columns.get(name) ?? [];
        columns.set(name, column);
        fill(column, lines.length);
        column.push(cell);
      }
      lines.push(line);
    },
    get length() {
      return lines.length;
    },
    toTable(about) {
      for (const column of columns.values()) fill(column, lines.length);
      return { ...about, columns: Object.fromEntries(columns), length: lines.length, lines };
    },
  };
}

function fill(column: Cell[], length: number): void {
  while (column.length < length) column.push(null);
}
