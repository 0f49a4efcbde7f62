import { createHash } from "node:crypto";
import type { Dataset, Judgement } from "@semblance/core";
import { requireSplit } from "./require-split.ts";

/** Options of {@link hashGallery}. */
export interface HashGalleryOptions {
  /** @defaultValue all items, whatever their split */
  readonly split?: string;
}

/**
 * SHA-256 (lower-case hex) over what a search is measured on: the ids and judgements of one split or
 * of all. It leaves the names of splits out, so that a file of its own and the same rows as a split
 * of a larger table have the same hash; it does not depend on the order of rows, nor on where the
 * images lie.
 *
 * The canonical form, in UTF-8, each line ended by a line feed, sorted by UTF-16 code units: one line
 * `["image",id,null]` or `["text",id,null]` per item, and `["judgement",text,image,relevance,null]`
 * per judged pair, as `JSON.stringify` writes them. `Dataset.hash` of this package is the same with
 * the split's name in place of `null` (an item or pair in several splits has a line for each).
 *
 * @throws {@link DatasetError} `SPLIT_NOT_FOUND`.
 */
export async function hashGallery(
  dataset: Dataset,
  options: HashGalleryOptions = {},
): Promise<string> {
  requireSplit(dataset, options.split);
  const lines: string[] = [];
  for (const modality of ["image", "text"] as const) {
    for await (const { id } of dataset.items(modality, options)) {
      lines.push(itemLine(modality, id, null));
    }
  }
  for await (const judgement of dataset.judgements(options)) {
    lines.push(judgementLine(judgement, null));
  }
  return hashLines(lines);
}

/** The canonical line of an item. */
export function itemLine(modality: "image" | "text", id: string, split: string | null): string {
  return JSON.stringify([modality, id, split]);
}

/** The canonical line of a judged pair. */
export function judgementLine(judgement: Judgement, split: string | null): string {
  const { text, image, relevance } = judgement;
  return JSON.stringify(["judgement", text, image, relevance, split]);
}

/** SHA-256 of the lines in canonical order, as lower-case hex. */
export function hashLines(lines: Iterable<string>): string {
  const hash = createHash("sha256");
  for (const line of [...lines].sort()) hash.update(`${line}\n`);
  return hash.digest("hex");
}
