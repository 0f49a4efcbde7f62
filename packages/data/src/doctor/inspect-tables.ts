import type { RowSource } from "../table/table-rows.ts";
import { type CollectTablesOptions, collectTables } from "./collect-tables.ts";
import { type DatasetInspection, type InspectionOptions, inspectData } from "./inspect-data.ts";

/** Options of {@link inspectTables}. */
export interface InspectTablesOptions extends InspectionOptions, CollectTablesOptions {}

/**
 * Looks for what makes figures of a dataset wrong or worse: leakage between splits, images that are
 * missing, broken, alike or of a suspicious size, captions that say nothing, rows that cannot be used.
 *
 * Several tables are parts of one dataset: one without a column `split` is a split by itself, called
 * as its file without the extension. Findings name rows as the tables count them, from 0.
 *
 * @throws {@link DatasetError} `COLUMN_NOT_FOUND`, `COLUMN_ROLE_UNKNOWN` or `SPLIT_NOT_FOUND`; what
 * the decoder and the text tower throw that is no bad image.
 * @throws RangeError for a limit that is no whole number from 1 on.
 */
export async function inspectTables(
  tables: readonly RowSource[],
  options: InspectTablesOptions = {},
): Promise<DatasetInspection> {
  return inspectData(collectTables(tables, options), options);
}
