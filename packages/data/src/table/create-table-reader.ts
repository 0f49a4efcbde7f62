import type { DatasetReader } from "@semblance/core";
import { readEnds } from "../source/read-ends.ts";
import { datasetFromTable } from "./dataset-from-table.ts";
import { readTable } from "./read-table.ts";
import { findTableFormat } from "./table-format.ts";

/**
 * A reader named `"table"` for CSV, TSV and JSONL files: {@link readTable}, then
 * {@link datasetFromTable}. It takes a file with one of their extensions whose beginning is text.
 */
export function createTableReader(): DatasetReader {
  return {
    name: "table",
    sniff: async (source) =>
      findTableFormat(source) !== undefined && (await readEnds(source)) !== undefined,
    async read(source, options = {}) {
      const { columns, ...readOptions } = options;
      const table = await readTable(source, readOptions);
      return datasetFromTable(table, columns === undefined ? {} : { columns });
    },
  };
}
