import { type Dataset, DatasetError, type Item } from "@semblance/core";
import { itemsOf } from "../encoding/encode-dataset.ts";

/**
 * The fold of each of `images`: those of the split in turn, in the dataset's order, in `folds` parts
 * that are as equal as can be. COCO's 5,000 test images in 5 folds are the first thousand, the second
 * and so on. An image that is left out of `images` moves no other into another fold.
 *
 * @throws RangeError unless `folds` is a whole number of at least 2.
 * @throws {@link DatasetError} with code `TOO_FEW_IMAGES` when there are fewer images than folds.
 */
export async function assignFolds(
  images: readonly Item[],
  whole: {
    readonly dataset: Dataset;
    readonly split?: string | undefined;
    readonly folds: number;
  },
): Promise<Uint32Array> {
  const { dataset, split, folds } = whole;
  requireFolds(folds);
  const all = await itemsOf(dataset, "image", split);
  if (all.length < folds) throw tooFewImages(dataset, all.length, folds);
  const foldOf = new Map(all.map(({ id }, i) => [id, Math.floor((i * folds) / all.length)]));
  return Uint32Array.from(images, ({ id }) => foldOf.get(id) ?? 0);
}

/** @throws RangeError unless `folds` is a whole number of at least 2. */
export function requireFolds(folds: number): void {
  if (Number.isInteger(folds) && folds >= 2) return;
  throw new RangeError(`folds must be a whole number of at least 2, found ${folds}.`);
}

function tooFewImages(dataset: Dataset, images: number, folds: number): DatasetError {
  return new DatasetError({
    code: "TOO_FEW_IMAGES",
    message: `${dataset.name} has ${images} images, too few for ${folds} folds.`,
    fix: "Ask for fewer folds, or for another split.",
  });
}
