import { type Dataset, DatasetError } from "@semblance/core";
import { type JudgedItems, type JudgedText, readJudgedItems } from "../dataset/judged-items.ts";
import { createMemoryDataset, type StoredPair } from "../dataset/memory-dataset.ts";
import { bindImages } from "./bind-images.ts";
import { placeGroups } from "./place-groups.ts";
import { placeTexts } from "./place-texts.ts";
import { seededHash } from "./seeded-hash.ts";
import { checkSplitOptions, type SplitOptions } from "./split-options.ts";

/** What {@link splitDataset} made, and what it could not keep. */
export interface SplitResult {
  /** The same items in the same order, each image in one split. Splits stand as in `fractions`. */
  readonly dataset: Dataset;
  /** Captions beyond `maxImagesPerCaption`: they may stand in several splits. */
  readonly unbinding: { readonly captions: number };
  /** Judgements of 0 or less whose text and image came to lie in different splits. */
  readonly leftOut: { readonly judgements: number };
}

/**
 * Splits a dataset by image, at random by `seed`, so that no image and no caption is in two splits:
 * images that share a caption or a file stay together. The shares are met as closely as these groups
 * allow. The result depends on the ids and the seed, not on the order of rows; splits that the
 * dataset had are forgotten.
 *
 * A caption (exact text) that is relevant to more than `maxImagesPerCaption` images ("a dog") binds
 * nothing: it is counted, and stands in every split that holds a relevant image. A text without a
 * relevant image goes with others of the same words, else at random. Only judgements above 0 bind;
 * another one is kept where its text and image share a split, and else left out and counted, since
 * pairs that are not listed are not relevant anyway.
 *
 * @throws {@link DatasetError} `SPLIT_EMPTY` when there are too few groups to fill every split.
 * @throws RangeError for fractions that do not add up to 1, a seed or a limit out of range.
 */
export async function splitDataset(dataset: Dataset, options: SplitOptions): Promise<SplitResult> {
  checkSplitOptions(options);
  const items = await readJudgedItems(dataset, options);
  const { groups, unbindingCaptions } = bindImages(items, options.maxImagesPerCaption ?? 3);
  const splitOfImage = placeGroups(
    groups.map((images) => ({ images, order: orderOf(images, items, options.seed) })),
    options.fractions,
  );
  const splits = Object.keys(options.fractions);
  requireImages({ splits, splitOfImage, groups: groups.length, name: dataset.name });
  const splitsOfText = placeTexts(items.texts, splitOfImage, options);
  const pairs = pairsWithin(items.judgements, splitOfImage, splitsOfText);
  return {
    dataset: createMemoryDataset({
      name: dataset.name,
      splits,
      images: items.images.map((image, i) => ({ ...image, splits: setOf(splitOfImage[i]) })),
      texts: items.texts.map((text) => ({
        ...text.item,
        splits: splitsOfText.get(text) ?? setOf(),
      })),
      pairs,
      failures: dataset.failures,
    }),
    unbinding: { captions: unbindingCaptions },
    leftOut: { judgements: items.judgements.length - pairs.length },
  };
}

function setOf(split?: string): Set<string> {
  return new Set(split === undefined ? [] : [split]);
}

/** The least seeded hash in the group, so that the order of its images does not matter. */
function orderOf(images: readonly number[], items: JudgedItems, seed: number): string {
  const hashes = images.map((image) => seededHash(seed, items.images[image]?.id ?? ""));
  return hashes.reduce((least, hash) => (hash < least ? hash : least));
}

function pairsWithin(
  judgements: JudgedItems["judgements"],
  splitOfImage: readonly string[],
  splitsOfText: ReadonlyMap<JudgedText, ReadonlySet<string>>,
): StoredPair[] {
  return judgements.flatMap(({ textId, imageId, relevance, image, text }) => {
    const split = splitOfImage[image];
    if (split === undefined || !splitsOfText.get(text)?.has(split)) return [];
    return { text: textId, image: imageId, judged: new Map([[split, relevance]]) };
  });
}

function requireImages(placed: {
  readonly name: string;
  readonly splits: readonly string[];
  readonly splitOfImage: readonly string[];
  readonly groups: number;
}): void {
  const filled = new Set(placed.splitOfImage);
  const empty = placed.splits.find((split) => !filled.has(split));
  if (empty === undefined) return;
  throw new DatasetError({
    code: "SPLIT_EMPTY",
    message:
      `Split ${JSON.stringify(empty)} got no image: the ${placed.splitOfImage.length} images of ` +
      `${placed.name} form ${placed.groups} groups that must not be parted.`,
    fix: "Bring more images, ask for fewer splits or larger fractions, or lower maxImagesPerCaption.",
  });
}
