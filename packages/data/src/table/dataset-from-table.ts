import { basename, extname } from "node:path";
import { type Dataset, DatasetError, type ItemFailure } from "@semblance/core";
import { createDatasetCollector } from "../dataset/dataset-collector.ts";
import { createMemoryDataset } from "../dataset/memory-dataset.ts";
import { resolveColumns } from "./column-roles.ts";
import { describeProblem, type RowSource, readRow } from "./table-rows.ts";

/** Options of {@link datasetFromTable}. */
export interface DatasetFromTableOptions {
  /**
   * Own column names by role: `{ image: "filepath", caption: "title" }`. Roles: `image`, `caption`,
   * `relevance`, `image_id`, `caption_id`, `split`. @defaultValue each role's own name
   */
  readonly columns?: Readonly<Record<string, string>>;
  /** What relative image paths are relative to. @defaultValue the table's, else the working folder */
  readonly baseFolder?: string;
  /** @defaultValue the file name of the table's source without its extension, else `"table"` */
  readonly name?: string;
}

/**
 * Makes a dataset of a table in which each row judges one image and one caption.
 *
 * - `image` holds a path, URL or `data:` URI, or several separated by `;` that show one thing.
 * - Identity: `image_id` and `caption_id` where there is such a column, else the image cell as
 *   written and the exact caption. So an image has as many captions as rows name it, and the reverse.
 * - `relevance` is 1 where there is no such column; a pair judged 0 or less is kept as listed, and is
 *   not relevant. Of several judgements of one pair in one split the highest holds.
 * - `split`: an item belongs to every split whose rows show it. Asked for without a split, an item of
 *   several carries none.
 * - Every other column is metadata of the image and of the text. Where the rows of one of them differ,
 *   it has none under that name; empty cells are left out.
 *
 * A row that cannot be used is one failure: `EMPTY_CELL` (image, caption, or an id whose column there
 * is), `INVALID_RELEVANCE`, `ID_CONFLICT` (an id that an earlier row gave to another content). Files
 * are not opened, so a missing image is found by whoever decodes it.
 *
 * @throws {@link DatasetError} `COLUMN_NOT_FOUND`, `COLUMN_ROLE_UNKNOWN`, or `DATASET_EMPTY` when no
 * row can be used.
 * @throws RangeError when a column is not as long as the table.
 */
export function datasetFromTable(table: RowSource, options: DatasetFromTableOptions = {}): Dataset {
  const columns = resolveColumns(table, options.columns);
  const baseFolder = options.baseFolder ?? table.baseFolder ?? ".";
  const collector = createDatasetCollector();
  const failures: ItemFailure[] = [];
  for (let index = 0; index < table.length; index++) {
    const row = readRow(columns, index, baseFolder);
    const problem = "code" in row ? row : collector.addRow(row);
    if (problem !== undefined)
      failures.push(describeProblem(problem, { source: table, columns, index }));
  }
  if (failures.length === table.length) throw emptyDataset(table, failures);
  const name = options.name ?? nameOf(table.source);
  return createMemoryDataset({ name, failures, ...collector.parts() });
}

function nameOf(source: string | undefined): string {
  return source === undefined ? "table" : basename(source, extname(source));
}

function emptyDataset(table: RowSource, failures: readonly ItemFailure[]): DatasetError {
  const first = failures[0] === undefined ? "" : ` The first: ${failures[0].message}`;
  return new DatasetError({
    code: "DATASET_EMPTY",
    message: `None of the ${table.length} rows of ${table.source ?? "the table"} can be used.${first}`,
    fix: "Give rows with an image and a caption, or name the columns that hold them.",
    position: table.source === undefined ? {} : { file: table.source },
    failures,
  });
}
