import {
  type Dataset,
  type Item,
  type OpenedModel,
  type Table,
  withoutUndefined,
} from "@semblance/core";
import { imageReferences } from "@semblance/data";
import type { MatcherSettings } from "../config.ts";
import type { Modality } from "../data/columns.ts";
import { mapIds } from "../data/id-mappings.ts";
import { resolveColumns, toDataset } from "../data/matcher-dataset.ts";
import { replaceItems } from "../data/replace-items.ts";
import type { EvaluateOptions, MatcherEvaluation } from "../matcher.ts";
import { evaluateDataset } from "./evaluate-dataset.ts";
import type { RetrievalReport } from "./retrieval-report.ts";
import { selectMetrics } from "./select-metrics.ts";

const defaultCutoffs = [1, 5, 10];

/** Measures retrieval through the matcher's columns: `Matcher.evaluate`. */
export async function evaluateMatcher(
  settings: MatcherSettings,
  model: OpenedModel,
  options: EvaluateOptions,
): Promise<MatcherEvaluation> {
  const {
    cutoffs = defaultCutoffs,
    similarityType,
    confidence = true,
    signal,
    onProgress,
  } = options;
  const { batchSize, seed, evalMetric } = settings;
  const { encoder, dtype = null } = model;
  const sha256 = (await model.hashWeights?.()) ?? null;
  const { report } = await evaluateDataset(
    withoutUndefined({
      dataset: galleryOf(settings, options),
      source: encoder,
      model: { id: encoder.id, name: encoder.name, dtype, sha256 },
      cutoffs,
      similarity: similarityType,
      confidence: confidence ? { seed } : (false as const),
      batchSize,
      signal,
      onProgress,
    }),
  );
  const score = scoreOf(report, evalMetric, cutoffs);
  if (options.metrics === undefined) return { ...report, score };
  const wanted = typeof options.metrics === "string" ? [options.metrics] : options.metrics;
  return { ...report, metrics: selectMetrics(report.metrics, wanted), score };
}

function galleryOf(settings: MatcherSettings, options: EvaluateOptions): Dataset {
  const { data, queryData, responseData, label, idMappings } = options;
  const pairs = mapIds(data, idMappings).table;
  const columns = resolveColumns(settings, pairs);
  let dataset = toDataset(settings, data, { label, idMappings });
  for (const [side, own] of [
    ["query", queryData],
    ["response", responseData],
  ] as const) {
    if (own === undefined) continue;
    const { column, type } = columns[side];
    const mapped = mapIds(own, idMappings);
    const { baseFolder = pairs.baseFolder ?? "." } = mapped.table;
    const idColumn = mapped.idColumns[column] ?? (type === "image" ? "image_id" : "caption_id");
    const items = itemsOfColumn({ ...mapped.table, baseFolder }, { column, idColumn, type });
    dataset = replaceItems(dataset, type, items);
  }
  return dataset;
}

interface ItemColumns {
  readonly column: string;
  /** Decides identity where there is such a column. */
  readonly idColumn: string;
  readonly type: Modality;
}

/** The distinct items of a column, in order. */
function itemsOfColumn(table: Table, { column, idColumn, type }: ItemColumns): Item[] {
  const cells = table.columns[column];
  if (!cells) {
    throw new TypeError(
      `queryData and responseData need the matcher's column "${column}"; found ${Object.keys(table.columns).join(", ")}.`,
    );
  }
  const ids = table.columns[idColumn] ?? cells;
  const items = new Map<string, Item>();
  for (const [row, cell] of cells.entries()) {
    const id = String(ids[row] ?? "");
    if (cell === null || cell === "" || id === "" || items.has(id)) continue;
    const content =
      type === "image" ? imageReferences(String(cell), table.baseFolder ?? ".") : [String(cell)];
    items.set(id, { id, content, metadata: {} });
  }
  return [...items.values()];
}

// As AutoGluon's hit-rate metric does for validation: one figure out of all cut-offs and directions.
function scoreOf(report: RetrievalReport, metric: string, cutoffs: readonly number[]): number {
  const names = cutoffs.flatMap((k) => [`t2i.${metric}@${k}`, `i2t.${metric}@${k}`]);
  const values = names.map((name) => report.metrics[name]?.value ?? Number.NaN);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
