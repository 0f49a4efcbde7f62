import { groupBy } from "../dataset/group-by.ts";
import { createDisjointSets } from "../split/disjoint-sets.ts";
import { type Detection, toFindingItem } from "./detection.ts";
import { firstRows, type InspectedData, type InspectedItem, splitsOf } from "./inspected-data.ts";
import { createLeakageCheck } from "./leakage.ts";
import { hasStructure, lookAlike, maxHashDistance } from "./pictures/look-alike.ts";
import type { ImageLook, SeenImage } from "./pictures/look-at-images.ts";
import { nearHashes } from "./pictures/near-hashes.ts";

/** Images of one content, under whatever ids and paths. */
interface SameImages {
  readonly look: SeenImage;
  readonly images: InspectedItem[];
}

/** Images that are the same, or nearly, in several splits or under several ids. */
export function checkLikeness(
  data: InspectedData,
  looks: ReadonlyMap<string, ImageLook>,
  signal: AbortSignal | undefined,
): Detection[] {
  const same = groupByContent(data, looks);
  const near = groupByLikeness(same, signal);
  const exact = same.map(({ images }) => images);
  const detectLeakage = createLeakageCheck(data);
  return [
    detectLeakage("image-across-splits", [...exact, ...unseen(data, looks)]),
    detectLeakage("near-duplicate-across-splits", near),
    duplicates("duplicate-image", exact),
    duplicates("near-duplicate-image", near),
  ];
}

function groupByContent(
  { images }: InspectedData,
  looks: ReadonlyMap<string, ImageLook>,
): SameImages[] {
  const groups = new Map<string, SameImages>();
  for (const image of images) {
    const look = looks.get(image.content);
    if (look?.state !== "seen") continue;
    const group = groups.get(look.content) ?? { look, images: [] };
    groups.set(look.content, group);
    group.images.push(image);
  }
  return [...groups.values()];
}

/** Images that were not opened, by their path or address. */
function unseen(
  { images }: InspectedData,
  looks: ReadonlyMap<string, ImageLook>,
): InspectedItem[][] {
  const others = images.filter(({ content }) => looks.get(content)?.state !== "seen");
  return [...groupBy(others, ({ content }) => [content]).values()];
}

/** Images that look alike, directly or over others; those of one content are together already. */
function groupByLikeness(
  groups: readonly SameImages[],
  signal: AbortSignal | undefined,
): InspectedItem[][] {
  const pictures = groups.flatMap(({ look: { picture }, images }) =>
    picture !== undefined && hasStructure(picture.fingerprint)
      ? { images, fingerprint: picture.fingerprint }
      : [],
  );
  const hashes = pictures.map(({ fingerprint }) => fingerprint.hash);
  const sets = createDisjointSets(pictures.length);
  for (const [i, j] of nearHashes(hashes, maxHashDistance)) {
    signal?.throwIfAborted();
    const [first, second] = [pictures[i], pictures[j]];
    if (first === undefined || second === undefined) continue;
    if (lookAlike(first.fingerprint, second.fingerprint)) sets.join(i, j);
  }
  return sets
    .toGroups()
    .filter((members) => members.length > 1)
    .map((members) => members.flatMap((member) => pictures[member]?.images ?? []));
}

function duplicates(kind: Detection["kind"], groups: readonly InspectedItem[][]): Detection {
  const found = groups.filter(
    (images) => new Set(images.map(({ id }) => id)).size > 1 && splitsOf(images).size < 2,
  );
  const items = found.flatMap((images, group) =>
    images.flatMap(firstRows).map((row) => toFindingItem(row, { group })),
  );
  return { kind, items, count: found.length };
}
