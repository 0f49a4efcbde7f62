import { DatasetError, type DatasetReader, type ReadOptions } from "@semblance/core";
import { createReading, type Reading } from "./reading.ts";

/** What a format is told: all but the columns, which only tables have. */
export type FormatOptions = Omit<ReadOptions, "columns">;

/** A format in which the roles of all fields are fixed. */
export interface Format {
  readonly name: string;
  sniff(source: string): Promise<boolean>;
  /** Adds all that `source` holds to `reading`. */
  read(source: string, reading: Reading, options: FormatOptions): Promise<void>;
}

/**
 * The reader of a format. Its `read` throws a {@link DatasetError} `COLUMNS_FIXED` for columns that are
 * named, and `DATASET_EMPTY` where there is no image or no text.
 */
export function createFormatReader(format: Format): DatasetReader {
  return {
    name: format.name,
    sniff: (source) => format.sniff(source),
    async read(source, { columns = {}, ...options } = {}) {
      options.signal?.throwIfAborted();
      const [role] = Object.keys(columns);
      if (role !== undefined) throw columnsFixed(format.name, source, role);
      const reading = createReading(source);
      await format.read(source, reading, options);
      options.signal?.throwIfAborted();
      return reading.toDataset();
    },
  };
}

function columnsFixed(name: string, source: string, role: string): DatasetError {
  return new DatasetError({
    code: "COLUMNS_FIXED",
    message: `${source} is read as "${name}", in which no column can be named for the ${role}.`,
    fix: "Leave the column's name out; only tables have columns to name.",
    position: { file: source },
  });
}
