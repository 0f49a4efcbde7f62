import type { Metadata } from "@semblance/core";
import type { Place, Problem, Reading } from "../formats/reading.ts";
import { elementsOf, firstId, firstText } from "../source/json-values.ts";
import type { SampleColumns } from "./sample-columns.ts";

/** The picture of a row: where it lies, and what it is called where no column says so. */
export interface RowImage {
  readonly id: string;
  readonly content: readonly string[];
}

/** A row of a table whose cells may be lists. */
export interface SampleRow {
  readonly cells: Readonly<Record<string, unknown>>;
  readonly columns: SampleColumns;
  /** `undefined` where the row has none. */
  readonly image: RowImage | undefined;
  /** The split where no column says so. */
  readonly split: string | undefined;
  readonly place: Place;
}

/**
 * Adds a picture and its captions: one, or a list of them, with as many ids. Without an id a caption is
 * identified by its exact text, as in tables.
 */
export function addSampleRow(row: SampleRow, reading: Reading): void {
  const { cells, columns, place } = row;
  const cellOf = (name: string | undefined) => (name === undefined ? undefined : cells[name]);
  const captions = listOf(cells[columns.caption]).flatMap((caption, i) => {
    const words = firstText(caption);
    const id = firstId(listOf(cellOf(columns.caption_id))[i], words);
    return words === undefined || id === undefined ? [] : [{ id, content: [words] }];
  });
  const relevance = relevanceOf(cellOf(columns.relevance));
  const problem = problemOf(row, captions.length, relevance);
  if (row.image === undefined || problem !== undefined) {
    reading.fail(place, problem ?? emptyCell("image"));
    return;
  }
  const split = firstText(cellOf(columns.split)) ?? row.split;
  const own = { splits: split === undefined ? [] : [split], metadata: metadataOf(row) };
  const id = firstId(cellOf(columns.image_id)) ?? row.image.id;
  if (!reading.addItem("image", { ...own, id, content: row.image.content }, place)) return;
  for (const caption of captions) {
    if (!reading.addItem("text", { ...own, ...caption }, place)) continue;
    reading.judge({ text: caption.id, image: id, relevance: relevance ?? 1, split });
  }
}

function problemOf(row: SampleRow, captions: number, relevance: number | undefined) {
  if (row.image === undefined) return emptyCell("image");
  if (captions === 0) return emptyCell("caption");
  const isBad = relevance !== undefined && !Number.isFinite(relevance);
  const message = "expected a number as the relevance.";
  return isBad ? { code: "INVALID_RELEVANCE", message } : undefined;
}

function emptyCell(role: "image" | "caption"): Problem {
  return { code: "EMPTY_CELL", message: `there is no ${role}.` };
}

function listOf(cell: unknown): readonly unknown[] {
  return elementsOf(cell) ?? [cell];
}

function relevanceOf(cell: unknown): number | undefined {
  if (cell === undefined || cell === null) return undefined;
  return typeof cell === "string" && cell.trim() === "" ? Number.NaN : Number(cell);
}

function metadataOf({ cells, columns }: SampleRow): Metadata {
  const taken = new Set(Object.values(columns));
  const entries = Object.entries(cells).filter(([name]) => !taken.has(name));
  return Object.fromEntries(entries.filter(isMetadata));
}

function isMetadata(entry: [string, unknown]): entry is [string, string | number | boolean] {
  return ["string", "number", "boolean"].includes(typeof entry[1]) && entry[1] !== "";
}
