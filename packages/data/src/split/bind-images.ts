import { groupBy } from "../dataset/group-by.ts";
import { type JudgedItems, textsByCaption } from "../dataset/judged-items.ts";
import { createDisjointSets, type DisjointSets } from "./disjoint-sets.ts";

/** Images that must share a split. */
export interface BoundImages {
  /** Numbers of images; every image is in one group. */
  readonly groups: readonly (readonly number[])[];
  /** Captions with relevant images beyond the limit: they bound nothing. */
  readonly unbindingCaptions: number;
}

/**
 * Groups images that share a caption (directly or over other images) or a file.
 *
 * A caption is an exact text here, whatever its ids, and an image its paths: ids must not hide that
 * the same words or the same picture stand in two splits. Only judgements above 0 bind.
 */
export function bindImages(items: JudgedItems, maxImagesPerCaption: number): BoundImages {
  const sets = createDisjointSets(items.images.length);
  const imageNumbers = items.images.keys();
  const byFile = groupBy(imageNumbers, (number) => items.images[number]?.content ?? []);
  for (const images of byFile.values()) joinAll(sets, images);
  let unbindingCaptions = 0;
  for (const texts of textsByCaption(items.texts).values()) {
    const images = new Set(texts.flatMap(({ relevantImages }) => relevantImages));
    if (images.size > maxImagesPerCaption) unbindingCaptions++;
    else joinAll(sets, images);
  }
  return { groups: sets.toGroups(), unbindingCaptions };
}

function joinAll(sets: DisjointSets, members: Iterable<number>): void {
  const [first, ...others] = members;
  if (first === undefined) return;
  for (const other of others) sets.join(first, other);
}
