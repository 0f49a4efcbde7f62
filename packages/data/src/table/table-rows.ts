import type { Cell, ItemFailure, Metadata, Table } from "@semblance/core";
import { shorten } from "../source/shorten.ts";
import { describePosition } from "../source/table-error.ts";
import type { ColumnRole, NamedColumn, ResolvedColumns } from "./column-roles.ts";
import { imageReferences } from "./image-references.ts";

/** One usable row: a judgement of an image and a text. */
export interface TableRow {
  readonly image: { readonly id: string; readonly content: readonly string[] };
  readonly text: { readonly id: string; readonly content: readonly string[] };
  readonly relevance: number;
  readonly split?: string;
  readonly metadata: Metadata;
}

/** A table, with the line of each row where it came from a file. */
export type RowSource = Table & { readonly lines?: ArrayLike<number> };

/** Why a row cannot be used. */
export interface RowProblem {
  readonly code: string;
  readonly role: ColumnRole;
  readonly message: string;
}

/** Reads the row at `index`, or says why it cannot be used. */
export function readRow(
  columns: ResolvedColumns,
  index: number,
  baseFolder: string,
): TableRow | RowProblem {
  const { byRole, metadata } = columns;
  const imageCell = textAt(byRole.image, index);
  const content = imageCell === undefined ? [] : imageReferences(imageCell, baseFolder);
  if (imageCell === undefined || content.length === 0) return emptyCell("image");
  const caption = textAt(byRole.caption, index);
  if (caption === undefined) return emptyCell("caption");
  const imageId = byRole.image_id === undefined ? imageCell : textAt(byRole.image_id, index);
  if (imageId === undefined) return emptyCell("image_id");
  const textId = byRole.caption_id === undefined ? caption : textAt(byRole.caption_id, index);
  if (textId === undefined) return emptyCell("caption_id");
  const relevance = relevanceAt(byRole.relevance, index);
  if (typeof relevance !== "number") return relevance;
  const split = byRole.split === undefined ? undefined : textAt(byRole.split, index);
  return {
    image: { id: imageId, content },
    text: { id: textId, content: [caption] },
    relevance,
    metadata: metadataAt(metadata, index),
    ...(split === undefined ? {} : { split }),
  };
}

/** Lists a row that is left out, with its place in words. */
export function describeProblem(
  problem: RowProblem,
  row: { readonly source: RowSource; readonly columns: ResolvedColumns; readonly index: number },
): ItemFailure {
  const { source, columns, index } = row;
  const cells = [columns.byRole.image, columns.byRole.caption].flatMap(
    (column) => textAt(column, index) ?? [],
  );
  const line = source.lines?.[index];
  const place = describePosition({
    file: `${source.source ?? "the table"}${line === undefined ? `, row ${index} (from 0)` : ""}`,
    ...(line === undefined ? {} : { line }),
    column: columns.byRole[problem.role]?.name ?? problem.role,
  });
  const message = `${place}: ${problem.message}`;
  return { index, input: shorten(cells.join(" | ")), code: problem.code, message };
}

/** The cell as text; `undefined` when it holds nothing but white space. */
function textAt(column: NamedColumn, index: number): string | undefined {
  const text = String(column.cells[index] ?? "");
  return text.trim() === "" ? undefined : text;
}

function relevanceAt(column: NamedColumn | undefined, index: number): number | RowProblem {
  if (column === undefined) return 1;
  const cell = column.cells[index] ?? null;
  const relevance = typeof cell === "string" && cell.trim() !== "" ? Number(cell) : cell;
  if (typeof relevance === "number" && Number.isFinite(relevance)) return relevance;
  const message = `expected a number, found ${shorten(JSON.stringify(cell))}.`;
  return { code: "INVALID_RELEVANCE", role: "relevance", message };
}

function metadataAt(columns: readonly NamedColumn[], index: number): Metadata {
  const entries = columns.map(({ name, cells }): [string, Cell] => [name, cells[index] ?? null]);
  return Object.fromEntries(entries.filter(isPresent));
}

function isPresent(entry: [string, Cell]): entry is [string, string | number | boolean] {
  return entry[1] !== null;
}

function emptyCell(role: ColumnRole): RowProblem {
  return { code: "EMPTY_CELL", role, message: "the cell is empty." };
}
