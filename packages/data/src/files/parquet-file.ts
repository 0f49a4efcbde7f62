import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import { DatasetError, type RunOptions } from "@semblance/core";
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from "hyparquet";
import { sizeOf } from "../source/read-text-blocks.ts";

/** A table in a parquet file. */
export interface ParquetFile {
  readonly path: string;
  /** Names of the columns, in order. */
  readonly columns: readonly string[];
  /** Whether a column may hold bytes: by itself, or as `{ bytes, path }`. */
  mayHoldBytes(column: string): boolean;
  /** The rows with these columns; memory is bounded by the largest row group. */
  rows(
    columns: readonly string[],
    options?: RunOptions,
  ): AsyncGenerator<Readonly<Record<string, unknown>>, void, undefined>;
}

// Snappy is built in.
const compressors = {
  GZIP: (bytes: Uint8Array) => gunzipSync(bytes),
  BROTLI: (bytes: Uint8Array) => brotliDecompressSync(bytes),
  ZSTD: (bytes: Uint8Array) => zstdDecompressSync(bytes),
};

/**
 * Opens a parquet file: its footer is read.
 *
 * @throws {@link DatasetError} `FILE_NOT_FOUND`, `FILE_UNREADABLE` or `PARQUET_INVALID`, also while rows
 * are read.
 */
export async function openParquet(path: string): Promise<ParquetFile> {
  await sizeOf(path);
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file).catch((cause: unknown) => {
    throw invalidParquet(path, cause);
  });
  const { children } = parquetSchema(metadata);
  return {
    path,
    columns: children.map(({ element }) => element.name),
    mayHoldBytes(column) {
      const found = children.filter(({ element }) => element.name === column);
      return found.some(hasBytes);
    },
    rows: (columns, options = {}) => readRows({ path, file, metadata, columns }, options),
  };
}

function hasBytes({ element, children }: SchemaTree): boolean {
  const isText = element.converted_type === "UTF8" || element.logical_type?.type === "STRING";
  return (element.type === "BYTE_ARRAY" && !isText) || children.some(hasBytes);
}

interface RowsToRead {
  readonly path: string;
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly columns: readonly string[];
}

async function* readRows(
  { path, file, metadata, columns }: RowsToRead,
  { signal, onProgress }: RunOptions,
): AsyncGenerator<Readonly<Record<string, unknown>>, void, undefined> {
  const total = Number(metadata.num_rows);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    signal?.throwIfAborted();
    onProgress?.({ stage: "reading table", done: rowStart, total, unit: "rows" });
    const rowEnd = rowStart + Number(group.num_rows);
    const rows = await parquetReadObjects({
      file,
      metadata,
      columns: [...columns],
      rowStart,
      rowEnd,
      compressors,
      utf8: false,
    }).catch((cause: unknown) => {
      throw invalidParquet(path, cause);
    });
    for (const row of rows) yield Object.fromEntries(Object.entries(row).map(toPlain));
    rowStart = rowEnd;
  }
}

// A whole number of 64 bits comes as a bigint.
function toPlain([name, cell]: [string, unknown]): [string, unknown] {
  return [name, Array.isArray(cell) ? cell.map(plainCell) : plainCell(cell)];
}

function plainCell(cell: unknown): unknown {
  if (typeof cell !== "bigint") return cell;
  const number = Number(cell);
  return Number.isSafeInteger(number) ? number : String(cell);
}

function invalidParquet(file: string, cause: unknown): DatasetError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DatasetError({
    code: "PARQUET_INVALID",
    message: `${file} cannot be read as parquet: ${reason.replace(/\.$/, "")}.`,
    fix: "Fetch or write the file again; columns may be compressed with snappy, gzip, zstd or brotli.",
    position: { file },
    cause,
  });
}
