import { open } from "node:fs/promises";
import type { DatasetReader } from "@semblance/core";
import { datasetFromTable } from "./dataset-from-table.ts";
import { readTable } from "./read-table.ts";
import { findTableFormat } from "./table-format.ts";

/** Bytes that {@link createTableReader}'s `sniff` looks at. */
const sniffedBytes = 4096;

/**
 * A reader named `"table"` for CSV, TSV and JSONL files: {@link readTable}, then
 * {@link datasetFromTable}. It takes a file with one of their extensions whose beginning is text.
 */
export function createTableReader(): DatasetReader {
  return {
    name: "table",
    sniff: async (source) => findTableFormat(source) !== undefined && (await isTextFile(source)),
    async read(source, options = {}) {
      const { columns, ...readOptions } = options;
      const table = await readTable(source, readOptions);
      return datasetFromTable(table, columns === undefined ? {} : { columns });
    },
  };
}

// Text holds no zero byte; a picture, an archive or UTF-16 does early on.
async function isTextFile(source: string): Promise<boolean> {
  try {
    await using file = await open(source);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(sniffedBytes), 0, sniffedBytes, 0);
    return !buffer.subarray(0, bytesRead).includes(0);
  } catch {
    return false; // Nothing there, a folder, or not ours to read: in no case a table.
  }
}
