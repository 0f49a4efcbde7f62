import { type Detection, toFindingItem } from "./detection.ts";
import type { FindingKind } from "./finding.ts";
import { firstRows, type InspectedData, type InspectedItem } from "./inspected-data.ts";
import type { ImageLook } from "./pictures/look-at-images.ts";

/** Pixels of the shorter side below which a picture is mostly made up when a model enlarges it. */
const tinySide = 32;
/** Pixels above which decoding costs a second, for what a model shrinks to some 224 × 224. */
const hugePixels = 50_000_000;
/** The longer side in shorter ones: of more, a model that crops sees less than a quarter. */
const extremeRatio = 4;

/** Images that cannot be opened, that are of a suspicious size, or that no caption is relevant to. */
export function checkImages(
  data: InspectedData,
  looks: ReadonlyMap<string, ImageLook>,
): Detection[] {
  const found = new Map<FindingKind, [image: InspectedItem, reason: string][]>();
  for (const image of data.images) {
    const look = looks.get(image.content);
    for (const [kind, reason] of look === undefined ? [] : faultsOf(look)) {
      const faulty = found.get(kind) ?? [];
      found.set(kind, faulty);
      faulty.push([image, reason]);
    }
  }
  return [...[...found].map(([kind, faulty]) => toDetection(kind, faulty)), withoutCaption(data)];
}

function faultsOf(look: ImageLook): [FindingKind, string][] {
  if (look.state !== "seen") return [[kinds[look.state], look.reason]];
  if (look.picture === undefined) return [];
  const { width, height } = look.picture;
  const size = `${width} × ${height} pixels`;
  const [shorter, longer] = [Math.min(width, height), Math.max(width, height)];
  const faults: [FindingKind, boolean][] = [
    ["tiny-image", shorter < tinySide],
    ["huge-image", width * height > hugePixels],
    ["extreme-aspect-ratio", longer > extremeRatio * shorter],
  ];
  return faults.filter(([, isFound]) => isFound).map(([kind]) => [kind, size]);
}

const kinds = {
  missing: "missing-image",
  broken: "broken-image",
  "too-large": "huge-image",
  unchecked: "unchecked-image",
} as const;

const unusable: ReadonlySet<FindingKind> = new Set(["missing-image", "broken-image"]);

function toDetection(
  kind: FindingKind,
  faulty: readonly (readonly [image: InspectedItem, reason: string])[],
): Detection {
  return {
    kind,
    count: faulty.length,
    items: faulty.flatMap(([image, reason]) =>
      firstRows(image).map((row) => toFindingItem(row, { reason })),
    ),
    ...(unusable.has(kind) && { cure: faulty.flatMap(([{ rows }]) => rows) }),
  };
}

function withoutCaption({ images, judgements }: InspectedData): Detection {
  const captioned = new Set(
    judgements.filter(({ relevance }) => relevance > 0).map(({ imageId }) => imageId),
  );
  const without = images.filter(({ id }) => !captioned.has(id));
  return {
    kind: "image-without-caption",
    count: without.length,
    items: without.flatMap(firstRows).map((row) => toFindingItem(row)),
  };
}
