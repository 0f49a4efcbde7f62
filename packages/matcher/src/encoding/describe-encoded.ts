import { type Dataset, DatasetError, type EncodedPairs, withoutUndefined } from "@semblance/core";
import { hashGallery } from "@semblance/data";
import type { EvaluatedData } from "@semblance/eval";
import { replaceItems } from "../data/replace-items.ts";
import type { EncodedDataset } from "./encode-dataset.ts";

/** What was encoded. */
export interface EncodedSource {
  readonly dataset: Dataset;
  readonly split?: string | undefined;
}

/** Says what was encoded: without the items that could not be. */
export async function describeEncoded(
  encoded: EncodedDataset,
  { dataset, split }: EncodedSource,
): Promise<EvaluatedData> {
  return {
    name: dataset.name,
    split: split ?? null,
    images: encoded.images.length,
    texts: encoded.texts.length,
    pairs: countRelevant(encoded.pairs),
    galleryHash: await hashGallery(encodedPart(dataset, encoded), withoutUndefined({ split })),
  };
}

/** @throws {@link DatasetError} with the code given when no pair that belongs together is left. */
export function requireRelevant(
  encoded: EncodedDataset,
  { dataset, split, code }: EncodedSource & { readonly code: string },
): void {
  if (countRelevant(encoded.pairs) > 0) return;
  const where = split === undefined ? dataset.name : `split "${split}" of ${dataset.name}`;
  const [first] = encoded.failures;
  const reason = first
    ? `; failed: ${encoded.failures.length}, the first with: ${first.message}`
    : ".";
  throw new DatasetError({
    code,
    message: `No pair of an image and a text that belong together is left in ${where}${reason}`,
    fix: first
      ? "Check the paths; relative ones are resolved against the table's folder or --base-folder."
      : "Check the relevance column and the split's name.",
    failures: [...dataset.failures, ...encoded.failures],
  });
}

function encodedPart(dataset: Dataset, { images, texts, failures }: EncodedDataset): Dataset {
  if (failures.length === 0) return dataset;
  return replaceItems(replaceItems(dataset, "image", images), "text", texts);
}

function countRelevant(pairs: EncodedPairs): number {
  return pairs.judgements.filter(({ relevance }) => relevance > 0).length;
}
