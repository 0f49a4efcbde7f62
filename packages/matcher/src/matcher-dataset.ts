import {
  type Dataset,
  type Item,
  type Judgement,
  type Table,
  withoutUndefined,
} from "@semblance/core";
import { datasetFromTable } from "@semblance/data";
import {
  type ColumnSpec,
  type MatcherData,
  type Modality,
  resolveColumn,
  toTable,
} from "./columns.ts";
import type { MatcherSettings } from "./config.ts";

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
export function toDataset(
  settings: MatcherSettings,
  data: MatcherData,
  label: string = settings.label,
): Dataset {
  const table = toTable(data);
  const columns = resolveColumns(settings, table);
  return datasetFromTable(table, {
    columns: withoutUndefined({
      image: columnOf(columns, "image"),
      caption: columnOf(columns, "text"),
      relevance: label in table.columns ? label : undefined,
    }),
  });
}

/**
 * The dataset with one side's items replaced by all distinct cells of `data`, in order: the gallery to
 * rank, or the queries to ask. Judgements of items that are no longer there drop out.
 */
export function replaceItems(
  dataset: Dataset,
  modality: Modality,
  items: readonly Item[],
): Dataset {
  const ids = new Set(items.map(({ id }) => id));
  return {
    ...dataset,
    items: (side, options) => (side === modality ? iterate(items) : dataset.items(side, options)),
    judgements: (options) => keepKnown(dataset.judgements(options), modality, ids),
  };
}

async function* iterate(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

async function* keepKnown(
  judgements: AsyncIterable<Judgement>,
  modality: Modality,
  ids: ReadonlySet<string>,
): AsyncGenerator<Judgement> {
  for await (const judgement of judgements) if (ids.has(judgement[modality])) yield judgement;
}
