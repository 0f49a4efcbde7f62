import { type EncodedBatch, type OpenedModel, withoutUndefined } from "@semblance/core";
import type { MatcherSettings } from "../config.ts";
import { mapIds } from "../data/id-mappings.ts";
import type { MatcherData } from "../data/matcher-data.ts";
import { resolveColumns } from "../data/matcher-dataset.ts";
import type { ExtractOptions } from "../matcher.ts";
import { encodeColumn } from "./encode-column.ts";

/** Vectors of one of the matcher's columns: `Matcher.extractEmbedding`. */
export async function extractEmbedding(
  settings: MatcherSettings,
  model: OpenedModel,
  data: MatcherData,
  options: ExtractOptions = {},
): Promise<EncodedBatch> {
  const { signature, idMappings, ...encodeOptions } = options;
  const { table } = mapIds(data, idMappings);
  const columns = resolveColumns(settings, table);
  const present = (["query", "response"] as const).filter(
    (side) => columns[side].column in table.columns,
  );
  const side = signature ?? (present.length === 1 ? present[0] : undefined);
  if (side === undefined || !present.includes(side)) {
    throw new TypeError(
      `Give one of the columns "${columns.query.column}" and "${columns.response.column}", or signature: "query" or "response" for data with both; found ${Object.keys(table.columns).join(", ")}.`,
    );
  }
  const { batchSize } = settings;
  const encoder = model.encoder;
  return encodeColumn(
    withoutUndefined({ encoder, table, column: columns[side], batchSize, ...encodeOptions }),
  );
}
