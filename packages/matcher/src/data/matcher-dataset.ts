import {
  type Cell,
  ConfigError,
  type Dataset,
  type ItemFailure,
  type Table,
  withoutUndefined,
} from "@semblance/core";
import { datasetFromTable } from "@semblance/data";
import { defaultLabel, type MatcherSettings } from "../config.ts";
import { type ColumnSpec, type Modality, resolveColumn } from "./columns.ts";
import { type IdMappings, mapIds } from "./id-mappings.ts";
import { toRelevance } from "./match-labels.ts";
import type { MatcherData } from "./matcher-data.ts";

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

/** How pairs are read, beside the matcher's settings. */
export interface PairReading {
  /** The label column, where it is another one than the matcher's. */
  readonly label?: string | undefined;
  readonly idMappings?: IdMappings | undefined;
}

/** Pairs as a dataset, read through the matcher's columns. */
export function toDataset(
  settings: MatcherSettings,
  data: MatcherData,
  reading: PairReading = {},
): Dataset {
  const { table, idColumns, unmapped } = mapIds(data, reading.idMappings);
  const { image, text } = pairColumns(settings, table);
  const label = reading.label ?? labelOf(settings, table);
  const dataset = datasetFromTable(withRelevance(settings, table, label), {
    columns: withoutUndefined({
      image,
      caption: text,
      relevance: label,
      image_id: idColumns[image],
      caption_id: idColumns[text],
    }),
  });
  return unmapped.size === 0 ? dataset : explainFailures(dataset, unmapped);
}

/**
 * The names of the columns that hold the images and the texts of pairs.
 *
 * @throws {@link ConfigError} with code `COLUMN_TYPES_EQUAL` when both hold the same.
 */
export function pairColumns(
  settings: MatcherSettings,
  table: Table,
): Readonly<Record<Modality, string>> {
  const { query, response } = resolveColumns(settings, table);
  if (query.type === response.type) throw columnTypesEqual(query, response);
  const [image, text] = query.type === "image" ? [query, response] : [response, query];
  return { image: image.column, text: text.column };
}

// The usual name may be absent; one that was chosen must be there, or every row would count as relevant.
function labelOf({ label }: MatcherSettings, { columns }: Table): string | undefined {
  return label in columns || label !== defaultLabel ? label : undefined;
}

function withRelevance(settings: MatcherSettings, table: Table, label: string | undefined): Table {
  const cells: readonly Cell[] | undefined = label === undefined ? undefined : table.columns[label];
  if (label === undefined || cells === undefined) return table;
  return { ...table, columns: { ...table.columns, [label]: toRelevance(cells, settings, label) } };
}

// An id without content left an empty cell; what is wrong is the id.
function explainFailures(dataset: Dataset, reasons: ReadonlyMap<number, ItemFailure>): Dataset {
  const failures = dataset.failures.map((failure) => reasons.get(failure.index) ?? failure);
  const { name, splits } = dataset;
  return {
    name,
    splits,
    failures,
    get hash() {
      return dataset.hash;
    },
    items: (modality, options) => dataset.items(modality, options),
    judgements: (options) => dataset.judgements(options),
  };
}

function columnTypesEqual(query: ColumnSpec, response: ColumnSpec): ConfigError {
  return new ConfigError({
    code: "COLUMN_TYPES_EQUAL",
    message: `The columns "${query.column}" and "${response.column}" both seem to hold ${query.type}s; pairs are of an image and a text.`,
    fix: `Say what they hold: { column: "${response.column}", type: "image" } or type: "text".`,
  });
}
