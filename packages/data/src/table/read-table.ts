import { dirname, resolve } from "node:path";
import { DatasetError, type RunOptions } from "@semblance/core";
import { readDelimited } from "./read-delimited.ts";
import { readJsonLines } from "./read-json-lines.ts";
import { createRowCollector, type LocatedTable, type RowCollector } from "./table-columns.ts";
import { type TableFormat, tableFormatOf } from "./table-format.ts";

/** Options of {@link readTable}. */
export interface ReadTableOptions extends RunOptions {
  /** @defaultValue by extension: `.csv`, `.tsv`, `.jsonl` or `.ndjson` */
  readonly format?: TableFormat;
  /** What relative image paths are relative to. @defaultValue the folder of the table */
  readonly baseFolder?: string;
}

/**
 * Reads a table of UTF-8 text (a byte order mark is left out), streaming.
 *
 * CSV and TSV follow RFC 4180 with a required header: quoted cells may hold separators, line breaks
 * and doubled quotes. An empty cell is `null`; every other stays the string that it is. JSONL keeps
 * strings, numbers, booleans and `null`. No cell is rewritten.
 *
 * @throws {@link DatasetError} `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `UNKNOWN_FORMAT`, `TABLE_EMPTY`,
 * `INVALID_UTF8`, `INVALID_HEADER`, `RAGGED_ROW`, `INVALID_QUOTING`, `INVALID_JSON` or
 * `INVALID_CELL`, with file, line and column as far as they are known. The line of a record that
 * spans several is its first.
 */
export async function readTable(
  source: string,
  options: ReadTableOptions = {},
): Promise<LocatedTable> {
  options.signal?.throwIfAborted();
  const rows = createRowCollector();
  await readRows(source, rows, options);
  if (rows.length === 0) throw emptyTable(source);
  return rows.toTable({ source, baseFolder: resolve(options.baseFolder ?? dirname(source)) });
}

function readRows(source: string, rows: RowCollector, options: ReadTableOptions): Promise<void> {
  const format = options.format ?? tableFormatOf(source);
  if (format === "jsonl") return readJsonLines(source, rows, options);
  return readDelimited(source, format === "csv" ? "," : "\t", rows, options);
}

function emptyTable(source: string): DatasetError {
  return new DatasetError({
    code: "TABLE_EMPTY",
    message: `${source} has no rows: expected a header and at least one row (JSONL: one object).`,
    fix: "Write rows into the table, or give the path of another.",
    position: { file: source },
  });
}
