import type { Cell, DatasetError, RunOptions } from "@semblance/core";
import { readTextBlocks } from "../source/read-text-blocks.ts";
import { shorten } from "../source/shorten.ts";
import { createTableError } from "../source/table-error.ts";
import type { RowCollector } from "./table-columns.ts";

interface Position {
  readonly file: string;
  readonly line: number;
}

/**
 * Reads one JSON object a line into `rows`; its keys are columns, and one that a line lacks is
 * `null` there. Lines of nothing but white space are skipped.
 *
 * @throws {@link DatasetError} `INVALID_JSON`, `INVALID_HEADER` (an empty key) or `INVALID_CELL` (a
 * list, an object, or a number that JavaScript cannot hold exactly), with line and column.
 */
export async function readJsonLines(
  source: string,
  rows: RowCollector,
  options: RunOptions,
): Promise<void> {
  for await (const block of readTextBlocks(source, options)) {
    const texts = block.bytes.toString("utf8").split("\n");
    for (const [i, text] of texts.entries()) {
      const position = { file: source, line: block.line + i };
      if (text.trim() !== "") rows.addRow(position.line, readCells(text, position));
    }
  }
}

function readCells(text: string, position: Position): [string, Cell][] {
  return Object.entries(parseObject(text, position)).map(([column, value]) => {
    if (column === "") throw emptyKey(position);
    if (!isCell(value)) throw invalidCell(value, { ...position, column });
    return [column, value];
  });
}

function parseObject(text: string, position: Position): object {
  const details = {
    code: "INVALID_JSON",
    fix: 'Write one JSON object a line: {"image": "a.jpg", "caption": "A dog."}',
    position,
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    // The parser knows one line only, which it calls line 1.
    const message = `this line is not JSON. ${reason.replace(/ \(line 1 column \d+\)$/, "")}.`;
    throw createTableError({ ...details, message, cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw createTableError({
    ...details,
    message: `expected an object, found ${shorten(text.trim())}.`,
  });
}

// A longer integer has lost digits when it was parsed, and two ids may have become one.
function isCell(value: unknown): value is Cell {
  if (typeof value !== "number") return value === null || typeof value !== "object";
  return Number.isFinite(value) && (!Number.isInteger(value) || Number.isSafeInteger(value));
}

function emptyKey(position: Position): DatasetError {
  return createTableError({
    code: "INVALID_HEADER",
    message: "a key is empty.",
    fix: "Give every value a name.",
    position,
  });
}

function invalidCell(
  value: unknown,
  position: Position & { readonly column: string },
): DatasetError {
  const isNumber = typeof value === "number";
  return createTableError({
    code: "INVALID_CELL",
    message: isNumber
      ? `a number this large loses digits (it was read as ${value}).`
      : `expected a string, number, boolean or null, found ${shorten(JSON.stringify(value))}.`,
    fix: isNumber
      ? "Write it as a string."
      : "Write several images as one string, separated by semicolons; leave out other nested values.",
    position,
  });
}
