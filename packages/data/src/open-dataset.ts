import { stat } from "node:fs/promises";
import { type Dataset, DatasetError, type DatasetReader, type ReadOptions } from "@semblance/core";
import { createFormatReaders, createReaders } from "./readers.ts";
import { notFound } from "./source/file-errors.ts";
import { createTableReader } from "./table/create-table-reader.ts";

/** Options of {@link openDataset}. */
export interface OpenDatasetOptions extends ReadOptions {
  /** Asked in this order; the first whose `sniff` says yes reads. @defaultValue {@link createReaders} */
  readonly readers?: readonly DatasetReader[];
  /** Name of the reader to use, whatever the source looks like: `"karpathy"`. */
  readonly reader?: string;
}

/**
 * Reads a dataset with the reader that recognises the source by its name and beginning. Of the readers
 * of this package that of tables is asked last: what another one recognises is no mere table.
 *
 * @throws {@link DatasetError} `UNKNOWN_FORMAT` when no reader recognises it, `AMBIGUOUS_FORMAT` when
 * several of this package's formats do, `READER_NOT_FOUND` when there is none of the name asked for,
 * `FILE_NOT_FOUND` when there is nothing at `source`, and what the reader throws.
 */
export async function openDataset(
  source: string,
  options: OpenDatasetOptions = {},
): Promise<Dataset> {
  const { readers, reader: name, ...readOptions } = options;
  options.signal?.throwIfAborted();
  const reader =
    name === undefined
      ? await recognise(source, readers, options.signal)
      : namedReader(name, readers ?? createReaders());
  return reader.read(source, readOptions);
}

async function recognise(
  source: string,
  readers: readonly DatasetReader[] | undefined,
  signal: AbortSignal | undefined,
): Promise<DatasetReader> {
  const formats = readers ?? createFormatReaders();
  const found: DatasetReader[] = [];
  for (const reader of formats) {
    signal?.throwIfAborted();
    if (await reader.sniff(source)) found.push(reader);
    if (found.length > 0 && readers !== undefined) break;
  }
  const table = createTableReader();
  if (readers === undefined && found.length === 0 && (await table.sniff(source))) return table;
  const [reader, ...others] = found;
  if (reader === undefined) throw await unknownFormat(source, readers ?? [...formats, table]);
  if (others.length > 0) throw ambiguousFormat(source, found);
  return reader;
}

function namedReader(name: string, readers: readonly DatasetReader[]): DatasetReader {
  const reader = readers.find((candidate) => candidate.name === name);
  if (reader !== undefined) return reader;
  throw new DatasetError({
    code: "READER_NOT_FOUND",
    message: `There is no reader ${JSON.stringify(name)}; there are ${namesOf(readers)}.`,
    fix: "Name one of these, or leave the name out.",
  });
}

function ambiguousFormat(source: string, found: readonly DatasetReader[]): DatasetError {
  return new DatasetError({
    code: "AMBIGUOUS_FORMAT",
    message: `${source} can be read in several ways: ${namesOf(found)}.`,
    fix: `Say which: --reader ${found[0]?.name}, or { reader: "${found[0]?.name}" } in code.`,
    position: { file: source },
  });
}

async function unknownFormat(
  source: string,
  readers: readonly DatasetReader[],
): Promise<DatasetError> {
  const missing = await stat(source).then(
    () => undefined,
    (cause: unknown) => notFound(source, cause),
  );
  return (
    missing ??
    new DatasetError({
      code: "UNKNOWN_FORMAT",
      message: `No reader recognises ${source}; tried: ${namesOf(readers) || "none"}.`,
      fix: "Give a .csv, .tsv or .jsonl file of UTF-8 text, name a reader, or bring one for this format.",
      position: { file: source },
    })
  );
}

function namesOf(readers: readonly DatasetReader[]): string {
  return readers.map(({ name }) => name).join(", ");
}
