import {
  collect,
  type Dataset,
  type EncodedPairs,
  type EncodeOptions,
  type Encoder,
  encodeItems,
  type Item,
  type ItemFailure,
  ModelError,
  type Progress,
  type RunOptions,
  type Tower,
  withoutUndefined,
} from "@semblance/core";
import type { Modality } from "../data/columns.ts";

/** A dataset's items as vectors, with the items that could not be encoded left out. */
export interface EncodedDataset {
  /** Rows in the order of `images` and `texts`. */
  readonly pairs: EncodedPairs;
  readonly images: readonly Item[];
  readonly texts: readonly Item[];
  readonly failures: readonly ItemFailure[];
  /** Texts that were longer than the model reads. */
  readonly truncated: number;
}

/** Options of {@link encodeDataset}. */
export interface EncodeDatasetOptions extends RunOptions {
  readonly encoder: Encoder;
  readonly dataset: Dataset;
  /** Only the items of this split. @defaultValue all */
  readonly split?: string;
  readonly batchSize?: number;
}

/**
 * Encodes both sides of a dataset; an item that fails is listed and its judgements are dropped.
 *
 * @throws {@link ModelError} with code `TOWER_MISSING` when the encoder lacks a tower.
 */
export async function encodeDataset(options: EncodeDatasetOptions): Promise<EncodedDataset> {
  const { dataset, split } = options;
  const images = await itemsOf(dataset, "image", split);
  const texts = await itemsOf(dataset, "text", split);
  const encodedImages = await encodeSide(
    towerOf(options.encoder, "image"),
    images,
    options,
    "image",
  );
  const encodedTexts = await encodeSide(towerOf(options.encoder, "text"), texts, options, "text");
  const judgements = await judgementRows(dataset, split, encodedImages.items, encodedTexts.items);
  return {
    pairs: { image: encodedImages.embeddings, text: encodedTexts.embeddings, judgements },
    images: encodedImages.items,
    texts: encodedTexts.items,
    failures: [...encodedImages.failures, ...encodedTexts.failures],
    truncated: encodedTexts.truncated,
  };
}

/**
 * The tower for a modality.
 *
 * @throws {@link ModelError} with code `TOWER_MISSING`.
 */
export function towerOf(encoder: Encoder, modality: Modality): Tower<string> {
  const tower = modality === "image" ? encoder.image : encoder.text;
  if (tower) return tower;
  throw new ModelError({
    code: "TOWER_MISSING",
    message: `The model ${encoder.name} has no ${modality} tower.`,
    fix: "Use a model that has both.",
  });
}

/** All items of one side, in order of first appearance. */
export async function itemsOf(
  dataset: Dataset,
  modality: Modality,
  split?: string,
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const item of dataset.items(modality, withoutUndefined({ split }))) items.push(item);
  return items;
}

async function encodeSide(
  tower: Tower<string>,
  items: readonly Item[],
  options: EncodeDatasetOptions,
  modality: Modality,
) {
  const { signal, onProgress, batchSize } = options;
  const contents = items.map((item) => item.content);
  const total = contents.reduce((sum, parts) => sum + parts.length, 0);
  const encodeOptions: EncodeOptions = withoutUndefined({
    onError: "skip" as const,
    batchSize,
    signal,
    onProgress:
      onProgress &&
      ((progress: Progress) => onProgress({ ...progress, stage: `encoding ${modality}s`, total })),
  });
  const encoded = await collect(encodeItems(tower, contents, encodeOptions));
  const kept = Array.from(encoded.indices, (index) => items[index]).filter(
    (item) => item !== undefined,
  );
  return { ...encoded, items: kept };
}

/** The judgements between items that are there, by row. */
export async function judgementRows(
  dataset: Dataset,
  split: string | undefined,
  images: readonly Item[],
  texts: readonly Item[],
): Promise<EncodedPairs["judgements"]> {
  const imageRows = new Map(images.map((item, row) => [item.id, row]));
  const textRows = new Map(texts.map((item, row) => [item.id, row]));
  const judgements: { text: number; image: number; relevance: number }[] = [];
  for await (const { text, image, relevance } of dataset.judgements(withoutUndefined({ split }))) {
    const textRow = textRows.get(text);
    const imageRow = imageRows.get(image);
    if (textRow === undefined || imageRow === undefined) continue;
    judgements.push({ text: textRow, image: imageRow, relevance });
  }
  return judgements;
}
