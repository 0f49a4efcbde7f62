/** Images that must share a split, and where among groups of their size they come. */
export interface PlaceableGroup {
  /** Numbers of images. */
  readonly images: readonly number[];
  /** Groups of one size are placed in ascending order of this. */
  readonly order: string;
}

/**
 * The split of every image, by its number: the largest group first, each into the split that lacks
 * most images of its share (the first of `fractions` when several lack the same). So no split exceeds
 * its share by as much as the largest group, or by as much as one image when no group has several.
 */
export function placeGroups(
  groups: readonly PlaceableGroup[],
  fractions: Readonly<Record<string, number>>,
): string[] {
  const count = groups.reduce((sum, { images }) => sum + images.length, 0);
  const lacks = Object.entries(fractions).map(([split, fraction]) => ({
    split,
    images: fraction * count,
  }));
  const splitOfImage = new Array<string>(count);
  for (const { images } of [...groups].sort(compareGroups)) {
    const most = lacks.reduce((best, next) => (next.images > best.images ? next : best));
    most.images -= images.length;
    for (const image of images) splitOfImage[image] = most.split;
  }
  return splitOfImage;
}

function compareGroups(left: PlaceableGroup, right: PlaceableGroup): number {
  const bySize = right.images.length - left.images.length;
  if (bySize !== 0) return bySize;
  return left.order < right.order ? -1 : 1;
}
