import { writeFile } from "node:fs/promises";
import { format, parse } from "node:path";
import { DatasetError, withoutUndefined } from "@semblance/core";
import {
  type DatasetInspection,
  type InspectionOptions,
  inspectDataset,
  inspectTables,
  type LocatedTable,
  openDataset,
  readTable,
  withoutRows,
} from "@semblance/data";
import type { DataOptions, ReaderOptions } from "../common-options.ts";
import { looksLikeTable } from "../looks-like-table.ts";
import type { VerbTools } from "../run-verb.ts";

/** A table that was written without its rows at fault. */
export interface MendedTable {
  readonly file: string;
  /** How many rows were left out. */
  readonly rowsLeftOut: number;
}

/** What {@link openInspected} is told. */
export interface InspectedSourceOptions extends DataOptions, ReaderOptions {
  readonly data: readonly string[];
}

/** Data to inspect. */
export interface InspectedSource {
  readonly inspect: (options: InspectionOptions) => Promise<DatasetInspection>;
  /** Writes each table that has rows at fault without them; only tables can be mended. */
  readonly mend?: (rowsAtFault: DatasetInspection["rowsAtFault"]) => Promise<MendedTable[]>;
}

/**
 * Opens tables as tables, whose rows findings name, and other formats as datasets.
 *
 * @throws {@link DatasetError} `UNKNOWN_FORMAT` for several sources that are not all tables; what
 * opening them throws.
 */
export async function openInspected(
  { data, columns, baseFolder, reader }: InspectedSourceOptions,
  { signal, onProgress }: VerbTools,
): Promise<InspectedSource> {
  const readOptions = withoutUndefined({ baseFolder, signal, onProgress });
  const isTable = reader === undefined ? looksLikeTable : async () => reader === "table";
  const others = await filterAsync(data, async (source) => !(await isTable(source)));
  const [other] = others;
  if (other !== undefined) {
    const dataset = await openDataset(other, withoutUndefined({ ...readOptions, columns, reader }));
    if (data.length > 1) throw notATable(other);
    return { inspect: (options) => inspectDataset(dataset, options) };
  }
  const tables: LocatedTable[] = [];
  for (const source of data) tables.push(await readTable(source, readOptions));
  return {
    inspect: (options) =>
      inspectTables(tables, withoutUndefined({ ...options, columns, baseFolder })),
    mend: (rowsAtFault) => mendTables(tables, rowsAtFault),
  };
}

async function filterAsync<T>(
  values: readonly T[],
  isWanted: (value: T) => Promise<boolean>,
): Promise<T[]> {
  const found: T[] = [];
  for (const value of values) if (await isWanted(value)) found.push(value);
  return found;
}

async function mendTables(
  tables: readonly LocatedTable[],
  rowsAtFault: DatasetInspection["rowsAtFault"],
): Promise<MendedTable[]> {
  const mended: MendedTable[] = [];
  for (const [i, table] of tables.entries()) {
    const rows = rowsAtFault[i] ?? [];
    const { source } = table;
    if (rows.length === 0 || source === undefined) continue;
    const { dir, name, ext } = parse(source);
    const file = format({ dir, name: `${name}.mended`, ext });
    await writeFile(file, await withoutRows({ ...table, source }, rows));
    mended.push({ file, rowsLeftOut: rows.length });
  }
  return mended;
}

function notATable(source: string): DatasetError {
  return new DatasetError({
    code: "UNKNOWN_FORMAT",
    message: `Several sources are looked at together only where all are tables; ${source} is none.`,
    fix: "Give tables (.csv, .tsv, .jsonl), or one source of another format.",
    position: { file: source },
  });
}
