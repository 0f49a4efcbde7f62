import type { ImageDecoder, ImageLimits, RunOptions, Tower } from "@semblance/core";
import { requireSplit } from "../dataset/require-split.ts";
import { countedTooLong, findTruncated } from "./caption-length.ts";
import { checkCaptions } from "./check-captions.ts";
import { checkImages } from "./check-images.ts";
import { checkLikeness } from "./check-likeness.ts";
import { checkRelevance } from "./check-relevance.ts";
import { checkRows } from "./check-rows.ts";
import { describeFinding } from "./describe-finding.ts";
import type { Detection } from "./detection.ts";
import { type Finding, severities } from "./finding.ts";
import type { InspectedData } from "./inspected-data.ts";
import { limitToSplit } from "./limit-to-split.ts";
import { lookAtImages } from "./pictures/look-at-images.ts";

/** Options of `inspectTables` and `inspectDataset`. */
export interface InspectionOptions extends RunOptions {
  /**
   * Opens the images. Without one files are only read: broken pictures, sizes and near duplicates are
   * not found.
   */
  readonly decoder?: ImageDecoder;
  /** Bounds of what the decoder opens. @defaultValue 100 million pixels and 256 MiB */
  readonly limits?: ImageLimits;
  /** Look at this split alone. @defaultValue all, and at what they share */
  readonly split?: string;
  /** A model's text tower, which says what captions it cuts. @defaultValue words are counted */
  readonly textTower?: Tower<string>;
  /** Without a tower, the words beyond which a caption is too long. @defaultValue 55, CLIP's 77 tokens */
  readonly maxCaptionWords?: number;
  /** A caption relevant to more images tells none of them apart, as for `splitDataset`. @defaultValue 3 */
  readonly maxImagesPerCaption?: number;
  /** Items listed of each finding. @defaultValue 10000 */
  readonly maxItems?: number;
  /** What to type for a table without the rows at fault; fixes name it. */
  readonly mendCommand?: string;
}

/** What was looked at. */
export interface InspectionCounts {
  /** Rows of tables; judgements of other formats. */
  readonly rows: number;
  /** Distinct image files and addresses. */
  readonly images: number;
  /** Distinct captions. */
  readonly captions: number;
  /** Splits. */
  readonly splits: number;
  readonly errors: number;
  readonly warnings: number;
  readonly infos: number;
}

/** What an inspection found. */
export interface DatasetInspection {
  readonly counts: InspectionCounts;
  /** Errors first; at most one of each kind. */
  readonly findings: readonly Finding[];
  /**
   * Of each table, in order: rows, from 0 and ascending, without which broken and missing images,
   * unusable and repeated rows and leakage are gone. A group that leaks keeps the rows of its smallest
   * split. None of other formats than tables.
   */
  readonly rowsAtFault: readonly (readonly number[])[];
}

const defaultLimits: ImageLimits = { maxPixels: 100_000_000, maxBytes: 256 * 1024 * 1024 };

/**
 * Runs every check.
 *
 * @throws {@link DatasetError} `SPLIT_NOT_FOUND`; what a text tower throws.
 * @throws RangeError for a limit that is no whole number from 1 on.
 */
export async function inspectData(
  whole: InspectedData,
  options: InspectionOptions,
): Promise<DatasetInspection> {
  const { split, signal, decoder, limits = defaultLimits, maxItems = 10_000 } = options;
  requireSplit(whole, split);
  checkLimits(options);
  const data = split === undefined ? whole : limitToSplit(whole, split);
  const looks = await lookAtImages(
    data.images.map(({ content }) => content),
    { ...options, limits, ...(decoder && { decoder }) },
  );
  const tooLong = await lengthCheck(data, options);
  const { maxImagesPerCaption = 3, mendCommand } = options;
  const detections = [
    ...checkRows(data),
    ...checkRelevance(data),
    ...checkCaptions(data, { maxImagesPerCaption, tooLong }),
    ...checkImages(data, looks),
    ...checkLikeness(data, looks, signal),
  ];
  const found = detections
    .flatMap((detection) => describeFinding(detection, { maxItems, mendCommand }) ?? [])
    .sort((left, right) => order.indexOf(left.kind) - order.indexOf(right.kind));
  return {
    counts: countAll(data, found),
    findings: found,
    rowsAtFault: rowsAtFault(data, detections),
  };
}

function checkLimits(options: InspectionOptions): void {
  for (const name of ["maxItems", "maxCaptionWords", "maxImagesPerCaption"] as const) {
    const limit = options[name] ?? 1;
    if (Number.isInteger(limit) && limit > 0) continue;
    throw new RangeError(`${name} must be a whole number of at least 1, found ${limit}.`);
  }
}

const order: readonly string[] = Object.keys(severities);

async function lengthCheck(
  { captions }: InspectedData,
  options: InspectionOptions,
): Promise<(caption: string) => string | undefined> {
  const { textTower, maxCaptionWords = 55 } = options;
  if (textTower === undefined) return countedTooLong(maxCaptionWords);
  const texts = captions.map(({ content }) => content);
  const truncated = await findTruncated(texts, textTower, options);
  return (caption) => (truncated.has(caption) ? "the model cuts it" : undefined);
}

function countAll(data: InspectedData, findings: readonly Finding[]): InspectionCounts {
  const count = (wanted: Finding["severity"]) =>
    findings.filter(({ severity }) => severity === wanted).length;
  return {
    rows: data.rowCount,
    images: new Set(data.images.map(({ content }) => content)).size,
    captions: new Set(data.captions.map(({ content }) => content)).size,
    splits: data.splits.length,
    errors: count("error"),
    warnings: count("warning"),
    infos: count("info"),
  };
}

function rowsAtFault({ tableCount }: InspectedData, detections: readonly Detection[]): number[][] {
  const byTable = Array.from({ length: tableCount }, () => new Set<number>());
  for (const { cure = [] } of detections) {
    for (const { table, row } of cure) byTable[table]?.add(row);
  }
  return byTable.map((rows) => [...rows].sort((left, right) => left - right));
}
