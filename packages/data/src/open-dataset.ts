import { stat } from "node:fs/promises";
import { type Dataset, DatasetError, type DatasetReader, type ReadOptions } from "@semblance/core";
import { notFound } from "./source/read-text-blocks.ts";
import { createTableReader } from "./table/create-table-reader.ts";

/** Options of {@link openDataset}. */
export interface OpenDatasetOptions extends ReadOptions {
  /** Asked in this order; the first whose `sniff` says yes reads. @defaultValue the table reader */
  readonly readers?: readonly DatasetReader[];
}

/**
 * Reads a dataset with the first reader that recognises the source.
 *
 * @throws {@link DatasetError} `UNKNOWN_FORMAT` when no reader does, `FILE_NOT_FOUND` when moreover
 * there is nothing at `source`, and what the reader throws.
 */
export async function openDataset(
  source: string,
  options: OpenDatasetOptions = {},
): Promise<Dataset> {
  const { readers = [createTableReader()], ...readOptions } = options;
  for (const reader of readers) {
    options.signal?.throwIfAborted();
    if (await reader.sniff(source)) return reader.read(source, readOptions);
  }
  await stat(source).catch((cause: unknown) => {
    throw notFound(source, cause);
  });
  const names = readers.map(({ name }) => name).join(", ");
  throw new DatasetError({
    code: "UNKNOWN_FORMAT",
    message: `No reader recognises ${source}; tried: ${names || "none"}.`,
    fix: "Give a .csv, .tsv or .jsonl file of UTF-8 text, or a reader for this format.",
    position: { file: source },
  });
}
