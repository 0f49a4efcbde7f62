import {
  DatasetError,
  type Encoder,
  type ItemFailure,
  type RunOptions,
  rowOf,
  type Table,
  withoutUndefined,
} from "@semblance/core";
import type { MatcherSettings } from "../config.ts";
import { type IdMappings, mapIds } from "../data/id-mappings.ts";
import type { MatcherData } from "../data/matcher-data.ts";
import { pairColumns } from "../data/matcher-dataset.ts";
import { encodeDistinct } from "../encoding/encode-distinct.ts";

/** What {@link scoreTable} scores. */
export interface ScoreTableOptions extends RunOptions {
  readonly settings: MatcherSettings;
  readonly encoder: Encoder;
  readonly data: MatcherData;
  readonly idMappings?: IdMappings;
}

/** The score of each row's pair. */
export interface TableScores {
  /** Cosine similarity in [-1, 1] by row; NaN for a row that failed. */
  readonly scores: Float32Array;
  /** One for each such row. */
  readonly failures: readonly ItemFailure[];
  /** Distinct texts that were cut to the model's length. */
  readonly truncated: number;
}

/**
 * Compares the image and the text of each row; each distinct image and text goes through the model
 * once.
 *
 * @throws {@link DatasetError} with code `COLUMN_NOT_FOUND` when the data lacks one of the columns.
 */
export async function scoreTable(options: ScoreTableOptions): Promise<TableScores> {
  const { settings, encoder, data, idMappings, signal, onProgress } = options;
  const { table, unmapped } = mapIds(data, idMappings);
  const columns = pairColumns(settings, table);
  requireColumns(table, Object.values(columns));
  const { batchSize } = settings;
  const shared = withoutUndefined({ encoder, table, batchSize, signal, onProgress });
  const images = await encodeDistinct({
    ...shared,
    column: { column: columns.image, type: "image" },
  });
  const texts = await encodeDistinct({ ...shared, column: { column: columns.text, type: "text" } });
  const scores = new Float32Array(table.length).fill(Number.NaN);
  const failures: ItemFailure[] = [];
  for (let row = 0; row < table.length; row++) {
    const failure = unmapped.get(row) ?? images.failures.get(row) ?? texts.failures.get(row);
    if (failure) failures.push(failure);
    else scores[row] = similarity(images, texts, row);
  }
  return { scores, failures, truncated: texts.truncated };
}

type Vectors = Awaited<ReturnType<typeof encodeDistinct>>;

// Summed up in float64 in the order of the dimensions, as scoreRows does, and rounded where it is stored.
function similarity(images: Vectors, texts: Vectors, row: number): number {
  const image = rowOf(images.embeddings, images.vectorOfRow[row] ?? 0);
  const text = rowOf(texts.embeddings, texts.vectorOfRow[row] ?? 0);
  let sum = 0;
  for (let i = 0; i < text.length; i++) sum += (text[i] ?? 0) * (image[i] ?? 0);
  return sum;
}

function requireColumns(table: Table, needed: readonly string[]): void {
  const missing = needed.filter((column) => !(column in table.columns));
  if (missing.length === 0) return;
  const found = Object.keys(table.columns).map((column) => JSON.stringify(column));
  throw new DatasetError({
    code: "COLUMN_NOT_FOUND",
    message: `Pairs need the columns ${needed.join(" and ")}; found ${found.join(", ")}.`,
    fix: "Name the columns that hold images and texts: --columns image=NAME,caption=NAME, or query and response of createMatcher.",
    position: table.source === undefined ? {} : { file: table.source },
  });
}
