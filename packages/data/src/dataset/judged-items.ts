import type { Dataset, Item, RunOptions } from "@semblance/core";
import { groupBy } from "./group-by.ts";

/** A text of a dataset, with the images that are relevant to it. */
export interface JudgedText {
  readonly item: Item;
  /** Numbers of the images with a relevance above 0. */
  readonly relevantImages: readonly number[];
}

/** A judgement whose items were looked up. */
interface JudgedPair {
  readonly text: JudgedText;
  /** Number of the image. */
  readonly image: number;
  readonly textId: string;
  readonly imageId: string;
  readonly relevance: number;
}

/** A dataset read into memory; images are numbered in order of appearance, from 0. */
export interface JudgedItems {
  readonly images: readonly Item[];
  readonly texts: readonly JudgedText[];
  readonly judgements: readonly JudgedPair[];
}

/** Reads all items and judgements, whatever their split. */
export async function readJudgedItems(
  dataset: Dataset,
  options: Pick<RunOptions, "signal">,
): Promise<JudgedItems> {
  const images = await toArray(dataset.items("image"), options.signal);
  const numbers = new Map(images.map(({ id }, number) => [id, number]));
  const textsById = new Map<string, JudgedText & { readonly relevantImages: number[] }>();
  for (const item of await toArray(dataset.items("text"), options.signal)) {
    textsById.set(item.id, { item, relevantImages: [] });
  }
  const judgements: JudgedPair[] = [];
  for (const judgement of await toArray(dataset.judgements(), options.signal)) {
    const image = numbers.get(judgement.image);
    const text = textsById.get(judgement.text);
    // A judgement of items that the dataset does not have says nothing.
    if (image === undefined || text === undefined) continue;
    if (judgement.relevance > 0) text.relevantImages.push(image);
    const { text: textId, image: imageId, relevance } = judgement;
    judgements.push({ text, image, textId, imageId, relevance });
  }
  return { images, texts: [...textsById.values()], judgements };
}

/** Texts by their exact words. */
export function textsByCaption(texts: readonly JudgedText[]): Map<string, JudgedText[]> {
  return groupBy(texts, ({ item }) => [item.content.join("\n")]);
}

async function toArray<T>(values: AsyncIterable<T>, signal: AbortSignal | undefined): Promise<T[]> {
  const array: T[] = [];
  for await (const value of values) {
    signal?.throwIfAborted();
    array.push(value);
  }
  return array;
}
