import type { Cell, Embeddings, ItemFailure } from "@semblance/core";
import { type EncodeColumnOptions, encodeColumn } from "./encode-column.ts";

/** The vectors of a column's distinct cells. */
export interface DistinctVectors {
  readonly embeddings: Embeddings;
  /** For each row of the table: the row of its vector in `embeddings`, or -1 where there is none. */
  readonly vectorOfRow: Int32Array;
  /** By row of the table: why it has no vector. */
  readonly failures: ReadonlyMap<number, ItemFailure>;
  /** Distinct texts that were longer than the model reads. */
  readonly truncated: number;
}

/** Encodes each distinct cell of a column once; rows that cannot be encoded are listed. */
export async function encodeDistinct(
  options: Omit<EncodeColumnOptions, "onError">,
): Promise<DistinctVectors> {
  const { table, column } = options;
  const cells = table.columns[column.column] ?? [];
  const distinct = [...new Set(cells.filter(isPresent))];
  const encoded = await encodeColumn({
    ...options,
    table: { ...table, columns: { [column.column]: distinct } },
    onError: "skip",
  });
  const vectorOfCell = new Map<Cell, number>();
  for (const [row, index] of encoded.indices.entries()) {
    const cell = distinct[index];
    if (cell !== undefined) vectorOfCell.set(cell, row);
  }
  const reasons = new Map(encoded.failures.map((failure) => [distinct[failure.index], failure]));
  const vectorOfRow = Int32Array.from(cells, (cell) => vectorOfCell.get(cell) ?? -1);
  const failures = new Map<number, ItemFailure>();
  for (const [index, cell] of cells.entries()) {
    if (vectorOfRow[index] !== -1) continue;
    failures.set(index, { ...(reasons.get(cell) ?? emptyCell(column.column, index)), index });
  }
  const { embeddings, truncated } = encoded;
  return { embeddings, vectorOfRow, failures, truncated };
}

function isPresent(cell: Cell): boolean {
  return cell !== null && String(cell).trim() !== "";
}

function emptyCell(column: string, index: number): ItemFailure {
  const message = `Row ${index} (from 0) of the column "${column}" is empty.`;
  return { index, input: "", code: "EMPTY_CELL", message };
}
