import { basename, extname } from "node:path";
import { createDatasetCollector, type DatasetCollector } from "../dataset/dataset-collector.ts";
import { type ResolvedColumns, resolveColumns } from "../table/column-roles.ts";
import {
  describeProblem,
  type RowProblem,
  type RowSource,
  readRow,
  type TableRow,
} from "../table/table-rows.ts";
import {
  createItemCollector,
  type InspectedData,
  type InspectedJudgement,
  type InspectedRow,
  type RejectedRow,
} from "./inspected-data.ts";

/** How tables are read for an inspection. */
export interface CollectTablesOptions {
  readonly columns?: Readonly<Record<string, string>>;
  readonly baseFolder?: string;
}

interface Collecting {
  readonly images: ReturnType<typeof createItemCollector>;
  readonly captions: ReturnType<typeof createItemCollector>;
  readonly judgements: InspectedJudgement[];
  readonly rejected: RejectedRow[];
  readonly splits: Set<string>;
}

/**
 * The rows of tables as the checks need them. Where there are several, one without a split column is
 * a split by itself, called as its file without the extension.
 *
 * @throws {@link DatasetError} `COLUMN_NOT_FOUND` or `COLUMN_ROLE_UNKNOWN`.
 */
export function collectTables(
  tables: readonly RowSource[],
  options: CollectTablesOptions,
): InspectedData {
  const data: Collecting = {
    images: createItemCollector(),
    captions: createItemCollector(),
    judgements: [],
    rejected: [],
    splits: new Set(),
  };
  let hasRelevance = false;
  for (const [number, table] of tables.entries()) {
    const columns = resolveColumns(table, options.columns);
    hasRelevance ||= columns.byRole.relevance !== undefined;
    const baseFolder = options.baseFolder ?? table.baseFolder ?? ".";
    collectTable(data, { table, number, columns, baseFolder, isOneOfSeveral: tables.length > 1 });
  }
  return {
    name: tables.map(nameOf).join(", "),
    tableCount: tables.length,
    rowCount: tables.reduce((sum, { length }) => sum + length, 0),
    splits: [...data.splits],
    images: data.images.items,
    captions: data.captions.items,
    judgements: data.judgements,
    rejected: data.rejected,
    hasRelevance,
  };
}

interface TableToCollect {
  readonly table: RowSource;
  readonly number: number;
  readonly columns: ResolvedColumns;
  readonly baseFolder: string;
  readonly isOneOfSeveral: boolean;
}

function collectTable(data: Collecting, collected: TableToCollect): void {
  const { table, number, columns, baseFolder, isOneOfSeveral } = collected;
  const about = {
    table: number,
    ...(isOneOfSeveral && table.source !== undefined && { file: table.source }),
    ...(isOneOfSeveral && !columns.byRole.split && { split: nameOf(table, number) }),
  };
  // Where ids are numbers, those of two tables have nothing to do with each other.
  const scopeOf = (role: "image_id" | "caption_id") =>
    isOneOfSeveral && columns.byRole[role] ? `${number}/` : "";
  const scopes = { image: scopeOf("image_id"), text: scopeOf("caption_id") };
  const ids = createDatasetCollector();
  for (let index = 0; index < table.length; index++) {
    const given: InspectedRow = { ...about, row: index, ...cellsOf(columns, index) };
    const row = readRow(columns, index, baseFolder);
    const problem = problemOf(row, ids);
    if (problem !== undefined) {
      const { message } = describeProblem(problem, { source: table, columns, index });
      data.rejected.push({ row: given, kind: kindOf(problem), reason: message });
    } else if (!("code" in row)) {
      addRow(data, withScopes(row, scopes), given);
    }
  }
}

function withScopes(
  row: TableRow,
  scopes: { readonly image: string; readonly text: string },
): TableRow {
  const image = { ...row.image, id: `${scopes.image}${row.image.id}` };
  const text = { ...row.text, id: `${scopes.text}${row.text.id}` };
  return { ...row, image, text };
}

function addRow(data: Collecting, row: TableRow, given: InspectedRow): void {
  for (const reference of row.image.content) data.images.add(row.image.id, reference, given);
  data.captions.add(row.text.id, row.text.content[0] ?? "", given);
  const { relevance } = row;
  data.judgements.push({ row: given, imageId: row.image.id, textId: row.text.id, relevance });
  if (given.split !== undefined) data.splits.add(given.split);
}

function problemOf(row: TableRow | RowProblem, ids: DatasetCollector): RowProblem | undefined {
  return "code" in row ? row : ids.addRow(row);
}

function kindOf({ code, role }: RowProblem): RejectedRow["kind"] {
  if (code === "INVALID_RELEVANCE") return "invalid-relevance";
  if (code === "ID_CONFLICT") return "id-conflict";
  if (role === "image") return "empty-image";
  return role === "caption" ? "empty-caption" : "empty-id";
}

/** What the row says, as it is written. */
function cellsOf(
  { byRole }: ResolvedColumns,
  index: number,
): Pick<InspectedRow, "image" | "caption" | "split"> {
  const image = byRole.image.cells[index] ?? null;
  const caption = byRole.caption.cells[index] ?? null;
  const split = byRole.split?.cells[index] ?? null;
  return {
    ...(image !== null && { image: String(image) }),
    ...(caption !== null && { caption: String(caption) }),
    ...(split !== null && String(split).trim() !== "" && { split: String(split) }),
  };
}

function nameOf(table: RowSource, number: number): string {
  return table.source === undefined
    ? `table ${number}`
    : basename(table.source, extname(table.source));
}
