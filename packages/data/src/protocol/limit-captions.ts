import { createHash } from "node:crypto";
import type { Dataset } from "@semblance/core";

/** Options of {@link limitCaptions}. */
export interface LimitCaptionsOptions {
  /** At least 1. Papers on COCO keep 5: 25,000 of the 25,010 captions of Karpathy's test split. */
  readonly captionsPerImage: number;
}

/**
 * A view of a dataset with the first `captionsPerImage` captions of each image, in the dataset's order
 * of captions; asked for a split, of those in the split.
 *
 * A caption of several images stays, with all its judgements, when it is among the first of one of them;
 * one that is relevant to no image stays too. Only judgements above 0 count. The view's `hash` is the
 * SHA-256 of the whole's hash, `"captionsPerImage"` and the number, as `JSON.stringify` writes the three
 * in a list.
 *
 * @throws RangeError unless `captionsPerImage` is a whole number of at least 1.
 */
export function limitCaptions(dataset: Dataset, options: LimitCaptionsOptions): Dataset {
  const { captionsPerImage } = options;
  if (!(Number.isSafeInteger(captionsPerImage) && captionsPerImage >= 1)) {
    throw new RangeError(`captionsPerImage must be at least 1, found ${captionsPerImage}.`);
  }
  const { name, splits, failures } = dataset;
  const keptBySplit = new Map<string | undefined, Promise<ReadonlySet<string>>>();
  const keptIn = (split: string | undefined) => {
    const kept = keptBySplit.get(split) ?? findKept(dataset, captionsPerImage, split);
    keptBySplit.set(split, kept);
    return kept;
  };
  return {
    name,
    splits,
    failures,
    get hash() {
      const facts = [dataset.hash, "captionsPerImage", captionsPerImage];
      return createHash("sha256").update(JSON.stringify(facts)).digest("hex");
    },
    async *items(modality, itemOptions = {}) {
      const kept = modality === "text" ? await keptIn(itemOptions.split) : undefined;
      for await (const item of dataset.items(modality, itemOptions)) {
        if (kept?.has(item.id) !== false) yield item;
      }
    },
    async *judgements(judgementOptions = {}) {
      const kept = await keptIn(judgementOptions.split);
      for await (const judgement of dataset.judgements(judgementOptions)) {
        if (kept.has(judgement.text)) yield judgement;
      }
    },
  };
}

/** Ids of the captions that stay. */
async function findKept(
  dataset: Dataset,
  captionsPerImage: number,
  split: string | undefined,
): Promise<ReadonlySet<string>> {
  const part = split === undefined ? {} : { split };
  const imagesOf = new Map<string, string[]>();
  for await (const { text, image, relevance } of dataset.judgements(part)) {
    if (relevance <= 0) continue;
    const images = imagesOf.get(text) ?? [];
    imagesOf.set(text, images);
    images.push(image);
  }
  const captions = new Map<string, number>();
  const kept = new Set<string>();
  for await (const { id } of dataset.items("text", part)) {
    const images = imagesOf.get(id) ?? [];
    const counts = images.map((image) => captions.get(image) ?? 0);
    if (images.length === 0 || counts.some((count) => count < captionsPerImage)) kept.add(id);
    for (const image of images) captions.set(image, (captions.get(image) ?? 0) + 1);
  }
  return kept;
}
