/**
 * How bad a finding is: an `error` makes figures wrong or an image unusable (leakage, broken files,
 * nothing relevant), a `warning` makes them worse or leaves rows out, an `info` is worth knowing.
 */
export type FindingSeverity = "error" | "warning" | "info";

/** A row that a finding is about. */
export interface FindingItem {
  /** Position of the data row in its table, from 0; in other formats that of the item on its side. */
  readonly row: number;
  /** The table, where several are inspected together. */
  readonly file?: string;
  /** The image as the table writes it. */
  readonly image?: string;
  readonly caption?: string;
  readonly split?: string;
  /** Items of one number belong together, for findings about likeness. Counts from 0. */
  readonly group?: number;
  /** What was found at this row, where it differs from row to row. */
  readonly reason?: string;
}

/** What can be found. */
export type FindingKind =
  | "image-across-splits"
  | "near-duplicate-across-splits"
  | "caption-across-splits"
  | "missing-image"
  | "broken-image"
  | "nothing-relevant"
  | "near-caption-across-splits"
  | "empty-image"
  | "empty-caption"
  | "empty-id"
  | "id-conflict"
  | "unusable-row"
  | "missing-split"
  | "invalid-relevance"
  | "constant-relevance"
  | "negative-relevance"
  | "mixed-relevance-scale"
  | "conflicting-relevance"
  | "duplicate-image"
  | "near-duplicate-image"
  | "duplicate-caption"
  | "shared-caption"
  | "long-caption"
  | "image-without-caption"
  | "tiny-image"
  | "huge-image"
  | "extreme-aspect-ratio"
  | "near-duplicate-caption"
  | "caption-without-image"
  | "duplicate-row"
  | "unchecked-image";

/** One kind of thing that is wrong with a dataset. */
export interface Finding {
  readonly kind: FindingKind;
  readonly severity: FindingSeverity;
  /** What is wrong, in a sentence. */
  readonly message: string;
  /** How many items there are; `items` may hold fewer. */
  readonly count: number;
  /** An image or caption has one item for each split that shows it: the first such row. */
  readonly items: readonly FindingItem[];
  /** A command or an edit that mends it. */
  readonly fix: string;
}

/** How bad each kind is, in the order in which findings are listed. */
export const severities: Readonly<Record<FindingKind, FindingSeverity>> = {
  "image-across-splits": "error",
  "near-duplicate-across-splits": "error",
  "caption-across-splits": "error",
  "missing-image": "error",
  "broken-image": "error",
  "nothing-relevant": "error",
  "near-caption-across-splits": "warning",
  "empty-image": "warning",
  "empty-caption": "warning",
  "empty-id": "warning",
  "id-conflict": "warning",
  "unusable-row": "warning",
  "missing-split": "warning",
  "invalid-relevance": "warning",
  "constant-relevance": "warning",
  "negative-relevance": "warning",
  "mixed-relevance-scale": "warning",
  "conflicting-relevance": "warning",
  "duplicate-image": "warning",
  "near-duplicate-image": "warning",
  "duplicate-caption": "warning",
  "shared-caption": "warning",
  "long-caption": "warning",
  "image-without-caption": "warning",
  "tiny-image": "warning",
  "huge-image": "warning",
  "extreme-aspect-ratio": "warning",
  "near-duplicate-caption": "info",
  "caption-without-image": "info",
  "duplicate-row": "info",
  "unchecked-image": "info",
};
