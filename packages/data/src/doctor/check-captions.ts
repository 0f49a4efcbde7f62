import { groupBy } from "../dataset/group-by.ts";
import { type Detection, toFindingItem } from "./detection.ts";
import { firstRows, type InspectedData, type InspectedItem, splitsOf } from "./inspected-data.ts";
import { createLeakageCheck } from "./leakage.ts";
import { normalizeCaption } from "./normalize-caption.ts";

/** Options of {@link checkCaptions}. */
export interface CheckCaptionsOptions {
  /** A caption of more images belongs to none of them in particular. */
  readonly maxImagesPerCaption: number;
  /** Why a caption is too long; `undefined` for one that is not. */
  readonly tooLong: (caption: string) => string | undefined;
}

/** Captions of one text, under whatever ids. */
interface SameCaptions {
  readonly captions: readonly InspectedItem[];
  /** The ids of all images relevant to them. */
  readonly images: ReadonlySet<string>;
}

/** Captions that stand in several splits or at several images, that are too long, or of no image. */
export function checkCaptions(data: InspectedData, options: CheckCaptionsOptions): Detection[] {
  const imagesById = relevantImages(data);
  const same = [...groupBy(data.captions, ({ content }) => [content]).values()].map(
    (captions): SameCaptions => ({
      captions,
      images: new Set(captions.flatMap(({ id }) => [...(imagesById.get(id) ?? [])])),
    }),
  );
  const isShared = ({ images }: SameCaptions) => images.size > options.maxImagesPerCaption;
  const own = same.filter((group) => !isShared(group)).map(({ captions }) => [...captions]);
  const alike = differentlyWritten(own.flat());
  const detectLeakage = createLeakageCheck(data);
  return [
    detectLeakage("caption-across-splits", own),
    detectLeakage("near-caption-across-splits", alike),
    grouped("duplicate-caption", own.filter(isWithinSplit)),
    grouped("near-duplicate-caption", alike.filter(isWithinSplit)),
    shared(same.filter(isShared)),
    tooLong(data.captions, options),
    withoutImage(data.captions.filter(({ id }) => !imagesById.has(id))),
  ];
}

/** The ids of images that are relevant to each text. */
function relevantImages({ judgements }: InspectedData): Map<string, Set<string>> {
  const images = new Map<string, Set<string>>();
  for (const { textId, imageId, relevance } of judgements) {
    if (relevance > 0) images.set(textId, (images.get(textId) ?? new Set()).add(imageId));
  }
  return images;
}

/** Captions of the same words and other characters. */
function differentlyWritten(captions: readonly InspectedItem[]): InspectedItem[][] {
  const byWords = groupBy(captions, ({ content }) => [normalizeCaption(content)]);
  return [...byWords.values()].filter(
    (group) => new Set(group.map(({ content }) => content)).size > 1,
  );
}

function isWithinSplit(captions: readonly InspectedItem[]): boolean {
  return captions.length > 1 && splitsOf(captions).size < 2;
}

function grouped(kind: Detection["kind"], groups: readonly InspectedItem[][]): Detection {
  const items = groups.flatMap((captions, group) =>
    captions.flatMap(firstRows).map((row) => toFindingItem(row, { group })),
  );
  return { kind, items, count: groups.length };
}

function shared(groups: readonly SameCaptions[]): Detection {
  const items = groups.flatMap(({ captions, images }, group) => {
    const reason = `${images.size} images`;
    return captions.flatMap(firstRows).map((row) => toFindingItem(row, { group, reason }));
  });
  return { kind: "shared-caption", items, count: groups.length };
}

function tooLong(captions: readonly InspectedItem[], options: CheckCaptionsOptions): Detection {
  const found = captions.flatMap((caption) => {
    const reason = options.tooLong(caption.content);
    return reason === undefined ? [] : [{ caption, reason }];
  });
  const items = found.flatMap(({ caption, reason }) =>
    firstRows(caption).map((row) => toFindingItem(row, { reason })),
  );
  return { kind: "long-caption", items, count: found.length };
}

function withoutImage(captions: readonly InspectedItem[]): Detection {
  const items = captions.flatMap(firstRows).map((row) => toFindingItem(row));
  return { kind: "caption-without-image", items, count: captions.length };
}
