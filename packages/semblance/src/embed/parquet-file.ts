import type { Metadata } from "@semblance/core";
import { fileWriter, parquetWriteRows } from "hyparquet-writer";
import { version } from "../version.ts";
import type { ListingFacts } from "./embed-facts.ts";

/** A column of a table that is written. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: "INT64" | "STRING" | "DOUBLE" | "BOOLEAN";
  /** Whether cells may be empty. @defaultValue `false` */
  readonly nullable?: boolean;
}

type ParquetCell = string | number | bigint | boolean | null;

/** A row, by column name. */
export type ParquetRow = Readonly<Record<string, ParquetCell>>;

// Some 10 MB of paths: what is held in memory at once.
const rowsInGroup = 50_000;

/** Writes rows as they come; equal rows give equal bytes. */
export async function writeParquet(
  path: string,
  columns: readonly ParquetColumn[],
  rows: AsyncIterable<ParquetRow>,
): Promise<void> {
  await parquetWriteRows({
    writer: fileWriter(path),
    columns: columns.map((column) => ({ nullable: false, ...column })),
    rows,
    rowGroupSize: rowsInGroup,
    createdBy: `semblance version ${version}`,
  });
}

/**
 * Columns for metadata, behind `own` ones. One that has the name of an own one is called
 * `metadata_NAME`.
 */
export function metadataColumns(
  own: readonly ParquetColumn[],
  types: ListingFacts["columns"],
): MetadataColumn[] {
  const taken = new Set(own.map(({ name }) => name));
  return Object.entries(types).map(([key, type]) => {
    let name = key;
    while (taken.has(name)) name = `metadata_${name}`;
    taken.add(name);
    return { key, name, type, nullable: true };
  });
}

/** A column of metadata, and the name that its values had. */
export interface MetadataColumn extends ParquetColumn {
  readonly key: string;
}

/** The cells of an item's metadata. */
export function metadataCells(
  columns: readonly MetadataColumn[],
  metadata: Metadata = {},
): ParquetRow {
  const cells = columns.map(({ key, name, type }) => {
    const value = Object.hasOwn(metadata, key) ? (metadata[key] ?? null) : null;
    return [name, type === "STRING" && value !== null ? String(value) : value];
  });
  return Object.fromEntries(cells);
}
