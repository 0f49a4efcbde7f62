import { extname } from "node:path";
import { DatasetError } from "@semblance/core";

/** How a table is written: comma- or tab-separated values, or one JSON object a line. */
export type TableFormat = "csv" | "tsv" | "jsonl";

const formats = new Map<string, TableFormat>([
  [".csv", "csv"],
  [".tsv", "tsv"],
  [".jsonl", "jsonl"],
  [".ndjson", "jsonl"],
]);

/** The format that the extension of `source` names, in any case; `undefined` for any other. */
export function findTableFormat(source: string): TableFormat | undefined {
  return formats.get(extname(source).toLowerCase());
}

/** @throws {@link DatasetError} `UNKNOWN_FORMAT` when the extension names none. */
export function tableFormatOf(source: string): TableFormat {
  const format = findTableFormat(source);
  if (format !== undefined) return format;
  throw new DatasetError({
    code: "UNKNOWN_FORMAT",
    message: `${source} has none of the extensions of a table: ${[...formats.keys()].join(", ")}.`,
    fix: 'Rename the file, or say what it is with the option format: "csv", "tsv" or "jsonl".',
    position: { file: source },
  });
}
