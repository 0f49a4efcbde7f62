import { type Cell, ConfigError, type ItemFailure, type Table } from "@semblance/core";
import { type MatcherData, toTable } from "./matcher-data.ts";

/** What ids stand for, by column: `{ image: { 7: "photos/7.jpg" } }`. The keys are ids as text. */
export type IdMappings = Readonly<
  Record<string, Readonly<Record<string, Cell>> | ReadonlyMap<string, Cell>>
>;

/** A table whose cells hold contents. */
export interface MappedTable {
  readonly table: Table;
  /** For a column that held ids: the column that holds them now. */
  readonly idColumns: Readonly<Record<string, string>>;
  /** Rows with an id that has no content; their cell is `null`. */
  readonly unmapped: ReadonlyMap<number, ItemFailure>;
}

/**
 * Puts contents in the place of ids, in the columns that have a mapping. The ids stay, in a column of
 * their own, because they say which rows are the same item.
 *
 * @throws {@link ConfigError} with code `ID_NOT_MAPPED` when no id of a column has a content.
 */
export function mapIds(data: MatcherData, mappings: IdMappings = {}): MappedTable {
  const table = toTable(data);
  const columns: Record<string, readonly Cell[]> = { ...table.columns };
  const idColumns: Record<string, string> = {};
  const unmapped = new Map<number, ItemFailure>();
  for (const [name, mapping] of Object.entries(mappings)) {
    const ids = table.columns[name];
    if (!ids) continue;
    const contents = new Map(mapping instanceof Map ? mapping : Object.entries(mapping));
    requireSome(name, ids, contents);
    const idColumn = unusedName(columns, `${name} id`);
    idColumns[name] = idColumn;
    columns[idColumn] = ids;
    columns[name] = ids.map((id, index) => {
      const content = id === null ? null : contents.get(String(id));
      if (content === undefined) unmapped.set(index, notMapped(name, id, index));
      return content ?? null;
    });
  }
  return { table: { ...table, columns }, idColumns, unmapped };
}

function unusedName(columns: Readonly<Record<string, unknown>>, name: string): string {
  return name in columns ? unusedName(columns, `${name}'`) : name;
}

function notMapped(column: string, id: Cell, index: number): ItemFailure {
  const message = `Row ${index} (from 0): idMappings has no content for ${JSON.stringify(id)} of the column "${column}".`;
  return { index, input: String(id), code: "ID_NOT_MAPPED", message };
}

function requireSome(
  column: string,
  ids: readonly Cell[],
  contents: ReadonlyMap<string, Cell>,
): void {
  const first = ids.find((id) => id !== null);
  if (first === undefined || ids.some((id) => contents.has(String(id)))) return;
  const [known] = contents.keys();
  throw new ConfigError({
    code: "ID_NOT_MAPPED",
    message: `idMappings has a content for no id of the column "${column}": the column holds ${JSON.stringify(first)}, the mapping ${known === undefined ? "nothing" : JSON.stringify(known)}.`,
    fix: `Give { ${column}: { id: content } } with the ids that the column holds.`,
  });
}
