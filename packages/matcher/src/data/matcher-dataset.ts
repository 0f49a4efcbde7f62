import { ConfigError, type Dataset, type Table, withoutUndefined } from "@semblance/core";
import { datasetFromTable } from "@semblance/data";
import { defaultLabel, type MatcherSettings } from "../config.ts";
import {
  type ColumnSpec,
  type MatcherData,
  type Modality,
  resolveColumn,
  toTable,
} from "./columns.ts";

/** The matcher's two columns, with what each holds. */
export interface MatcherColumns {
  readonly query: ColumnSpec;
  readonly response: ColumnSpec;
}

/** Resolves both columns, from the data's cells where their names do not say what they hold. */
export function resolveColumns(settings: MatcherSettings, table?: Table): MatcherColumns {
  const resolve = (spec: MatcherSettings["query"]) =>
    resolveColumn(spec, table?.columns[typeof spec === "string" ? spec : spec.column]);
  return { query: resolve(settings.query), response: resolve(settings.response) };
}

/** The name of the column that holds `modality`. */
function columnOf(columns: MatcherColumns, modality: Modality): string {
  return columns.query.type === modality ? columns.query.column : columns.response.column;
}

/** Pairs as a dataset, read through the matcher's columns. */
export function toDataset(settings: MatcherSettings, data: MatcherData, label?: string): Dataset {
  const table = toTable(data);
  const columns = resolveColumns(settings, table);
  requireBothTypes(columns);
  return datasetFromTable(table, {
    columns: withoutUndefined({
      image: columnOf(columns, "image"),
      caption: columnOf(columns, "text"),
      relevance: label ?? labelOf(settings, table),
    }),
  });
}

// The usual name may be absent; one that was chosen must be there, or every row would count as relevant.
function labelOf({ label }: MatcherSettings, { columns }: Table): string | undefined {
  return label in columns || label !== defaultLabel ? label : undefined;
}

function requireBothTypes({ query, response }: MatcherColumns): void {
  if (query.type !== response.type) return;
  throw new ConfigError({
    code: "COLUMN_TYPES_EQUAL",
    message: `The columns "${query.column}" and "${response.column}" both seem to hold ${query.type}s; pairs are of an image and a text.`,
    fix: `Say what they hold: { column: "${response.column}", type: "image" } or type: "text".`,
  });
}
