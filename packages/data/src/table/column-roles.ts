import { type Cell, DatasetError, type Table } from "@semblance/core";

const roles = ["image", "caption", "relevance", "image_id", "caption_id", "split"] as const;

/** What a column of a table means to a dataset; also the default name of that column. */
export type ColumnRole = (typeof roles)[number];

/** A column of a table, by its name in the table. */
export interface NamedColumn {
  readonly name: string;
  readonly cells: readonly Cell[];
}

/** The columns of a table by what they mean. */
export interface ResolvedColumns {
  readonly byRole: Partial<Readonly<Record<ColumnRole, NamedColumn>>> & {
    readonly image: NamedColumn;
    readonly caption: NamedColumn;
  };
  /** Every other column. */
  readonly metadata: readonly NamedColumn[];
}

/**
 * Finds the column of each role; `image` and `caption` are required, and so is every column that is
 * asked for by name.
 *
 * @throws {@link DatasetError} `COLUMN_NOT_FOUND` or `COLUMN_ROLE_UNKNOWN`.
 * @throws RangeError when a column is not as long as the table.
 */
export function resolveColumns(
  table: Table,
  names: Readonly<Record<string, string>> = {},
): ResolvedColumns {
  checkRoles(names);
  const byRole: Partial<Record<ColumnRole, NamedColumn>> = {};
  for (const role of roles) {
    const asked = Object.hasOwn(names, role) ? names[role] : undefined;
    const column = findColumn(table, asked ?? role);
    if (column !== undefined) byRole[role] = column;
    else if (asked !== undefined) throw columnNotFound(table, role, asked);
  }
  const { image, caption } = byRole;
  if (image === undefined) throw columnNotFound(table, "image", "image");
  if (caption === undefined) throw columnNotFound(table, "caption", "caption");
  const taken = new Set(Object.values(byRole).map(({ name }) => name));
  const metadata = Object.keys(table.columns)
    .filter((name) => !taken.has(name))
    .flatMap((name) => findColumn(table, name) ?? []);
  return { byRole: { ...byRole, image, caption }, metadata };
}

function findColumn(table: Table, name: string): NamedColumn | undefined {
  const cells = Object.hasOwn(table.columns, name) ? table.columns[name] : undefined;
  if (cells === undefined) return undefined;
  if (cells.length === table.length) return { name, cells };
  throw new RangeError(
    `Column ${JSON.stringify(name)} has ${cells.length} cells, and the table has ${table.length} rows.`,
  );
}

function checkRoles(names: Readonly<Record<string, string>>): void {
  const known: readonly string[] = roles;
  for (const role of Object.keys(names)) {
    if (known.includes(role)) continue;
    throw new DatasetError({
      code: "COLUMN_ROLE_UNKNOWN",
      message: `${JSON.stringify(role)} is not a role of a column; the roles are ${roles.join(", ")}.`,
      fix: "Write the role before the equals sign: --columns image=filepath,caption=title",
    });
  }
}

function columnNotFound(table: Table, role: ColumnRole, name: string): DatasetError {
  const there = Object.keys(table.columns).map((column) => JSON.stringify(column));
  const file = table.source;
  return new DatasetError({
    code: "COLUMN_NOT_FOUND",
    message: `${file ?? "The table"} has no column ${JSON.stringify(name)}; its columns are ${there.join(", ")}.`,
    fix: `Say which column holds the ${role}: --columns ${role}=NAME, or { columns: { ${role}: "NAME" } } in code.`,
    position: { ...(file === undefined ? {} : { file }), column: name },
  });
}
