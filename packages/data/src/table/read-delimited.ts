import { pipeline } from "node:stream/promises";
import type { Cell, DatasetError, RunOptions } from "@semblance/core";
import { CsvError, type InfoRecord, parse } from "csv-parse";
import { readTextBlocks } from "../source/read-text-blocks.ts";
import { createTableError } from "../source/table-error.ts";
import type { RowCollector } from "./table-columns.ts";

const quotingMistakes: Partial<Record<CsvError["code"], string>> = {
  INVALID_OPENING_QUOTE: "a quote stands within a cell that does not begin with one",
  CSV_INVALID_CLOSING_QUOTE: "a cell goes on after its closing quote",
  CSV_QUOTE_NOT_CLOSED: "a quote is never closed",
};

/** A file on its way into rows. */
interface Reading {
  readonly file: string;
  readonly rows: RowCollector;
  /** Lines taken by the records so far, without the empty lines between them. */
  lines: number;
  header: readonly string[] | undefined;
}

/**
 * Reads comma- or tab-separated values (RFC 4180; line ends LF, CRLF or CR, also mixed) into `rows`.
 *
 * Empty lines are skipped. An empty cell is `null`; every other stays the string that it is.
 *
 * @throws {@link DatasetError} `INVALID_HEADER`, `RAGGED_ROW` or `INVALID_QUOTING`, with the line on
 * which the record starts.
 */
export async function readDelimited(
  source: string,
  delimiter: "," | "\t",
  rows: RowCollector,
  options: RunOptions,
): Promise<void> {
  const reading: Reading = { file: source, rows, lines: 0, header: undefined };
  const parser = parse({
    delimiter,
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_column_count: true,
    skip_empty_lines: true,
    // Here, not on the stream's far side: an error drops the records that are on their way there.
    on_record: (record: readonly string[], info) => collectRecord(record, info, reading),
  });
  parser.resume();
  try {
    await pipeline(bytesUntilAborted(source, options), parser);
  } catch (error) {
    options.signal?.throwIfAborted();
    throw error instanceof CsvError ? invalidQuoting(error, reading) : error;
  }
  options.signal?.throwIfAborted();
}

// Ends at an abort instead of throwing its reason: a stream cannot fail with what is no Error.
async function* bytesUntilAborted(
  source: string,
  options: RunOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const { signal, ...unabortable } = options;
  for await (const { bytes } of readTextBlocks(source, unabortable)) {
    if (signal?.aborted) return;
    yield bytes;
  }
}

/** Returns `null`, which keeps the record from the stream. */
function collectRecord(
  record: readonly string[],
  info: Pick<InfoRecord, "empty_lines">,
  reading: Reading,
): null {
  const line = reading.lines + info.empty_lines + 1;
  reading.lines += 1 + countLineBreaks(record);
  if (reading.header === undefined) reading.header = checkHeader(record, reading.file, line);
  else reading.rows.addRow(line, namedCells(reading.header, record, { file: reading.file, line }));
  return null;
}

function checkHeader(header: readonly string[], file: string, line: number): readonly string[] {
  const seen = new Set<string>();
  for (const [i, name] of header.entries()) {
    if (name === "") {
      throw createTableError({
        code: "INVALID_HEADER",
        message: `column ${i + 1} has no name.`,
        fix: "Name every column in the first line (pandas writes a nameless one unless index=False).",
        position: { file, line },
      });
    }
    if (seen.has(name)) {
      throw createTableError({
        code: "INVALID_HEADER",
        message: "two columns have this name.",
        fix: "Give every column a name of its own in the first line.",
        position: { file, line, column: name },
      });
    }
    seen.add(name);
  }
  return header;
}

function namedCells(
  header: readonly string[],
  record: readonly string[],
  position: { readonly file: string; readonly line: number },
): [string, Cell][] {
  if (record.length !== header.length) throw raggedRow(header, record, position);
  return header.map((name, i) => [name, record[i] || null]);
}

function raggedRow(
  header: readonly string[],
  record: readonly string[],
  position: { readonly file: string; readonly line: number },
): DatasetError {
  const column = header[record.length] ?? header.at(-1);
  return createTableError({
    code: "RAGGED_ROW",
    message: `this row has ${record.length} cells, and the header has ${header.length}.`,
    fix: 'Write one cell per column; put a cell that holds the separator in double quotes ("…").',
    position: column === undefined ? position : { ...position, column },
  });
}

function invalidQuoting(error: CsvError, reading: Reading): DatasetError {
  const emptyLines = typeof error.empty_lines === "number" ? error.empty_lines : 0;
  const position = { file: reading.file, line: reading.lines + emptyLines + 1 };
  const column = typeof error.column === "number" ? reading.header?.[error.column] : undefined;
  return createTableError({
    code: "INVALID_QUOTING",
    message: `in the record that starts here, ${quotingMistakes[error.code] ?? error.message}.`,
    fix: 'Put the whole cell in double quotes, and write a quote within it twice: "5"" nail".',
    position: column === undefined ? position : { ...position, column },
    cause: error,
  });
}

function countLineBreaks(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) {
    if (cell.includes("\n") || cell.includes("\r")) count += cell.split(/\r\n|\n|\r/).length - 1;
  }
  return count;
}
