import {
  type Cell,
  collect,
  type EncodedBatch,
  type Encoder,
  encodeItems,
  type RunOptions,
  type Table,
  withoutUndefined,
} from "@semblance/core";
import { imageReferences } from "@semblance/data";
import type { ColumnSpec } from "../data/columns.ts";
import { towerOf } from "./encode-dataset.ts";

/** Options of {@link encodeColumn}. */
export interface EncodeColumnOptions extends RunOptions {
  readonly encoder: Encoder;
  readonly table: Table;
  readonly column: ColumnSpec;
  readonly onError?: "throw" | "skip";
  readonly batchSize?: number;
}

/**
 * The vectors of a column's cells, in order; duplicates and all.
 *
 * An image cell may name several images, separated by `;`: one vector, their renormalised mean.
 */
export async function encodeColumn(options: EncodeColumnOptions): Promise<EncodedBatch> {
  const { encoder, table, column, onError, batchSize, signal, onProgress } = options;
  const cells = table.columns[column.column] ?? [];
  const contents = cells.map((cell) => contentOf(cell, column, table));
  const tower = towerOf(encoder, column.type);
  const encodeOptions = withoutUndefined({ onError, batchSize, signal, onProgress });
  return collect(encodeItems(tower, contents, encodeOptions));
}

function contentOf(cell: Cell, column: ColumnSpec, table: Table): readonly string[] {
  if (cell === null || cell === "") return [];
  if (column.type === "text") return [String(cell)];
  return imageReferences(String(cell), table.baseFolder ?? ".");
}
