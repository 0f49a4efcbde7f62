import type { Metadata } from "@semblance/core";
import type { RowProblem, TableRow } from "../table/table-rows.ts";
import type { DatasetParts, StoredItem, StoredPair } from "./memory-dataset.ts";

/** Rows on their way to becoming a dataset. */
export interface DatasetCollector {
  /** Adds what the row says, or adds nothing and returns why. */
  addRow(row: TableRow): RowProblem | undefined;
  parts(): Pick<DatasetParts, "splits" | "images" | "texts" | "pairs">;
}

interface NumberedItem extends StoredItem {
  /** Position in order of first appearance. */
  readonly number: number;
}

/** Collects each item, pair and split once, in order of first appearance. */
export function createDatasetCollector(): DatasetCollector {
  const images = new Map<string, NumberedItem>();
  const texts = new Map<string, NumberedItem>();
  const pairs = new Map<string, StoredPair>();
  const splits = new Set<string>();
  return {
    addRow(row) {
      const conflict =
        findConflict("image_id", images, row.image) ?? findConflict("caption_id", texts, row.text);
      if (conflict !== undefined) return conflict;
      const image = findOrAdd(images, row.image, row.metadata);
      const text = findOrAdd(texts, row.text, row.metadata);
      if (row.split !== undefined) {
        for (const members of [splits, image.splits, text.splits]) members.add(row.split);
      }
      const key = `${text.number},${image.number}`;
      const pair = pairs.get(key) ?? { text: text.id, image: image.id, judged: new Map() };
      pairs.set(key, pair);
      const earlier = pair.judged.get(row.split) ?? Number.NEGATIVE_INFINITY;
      pair.judged.set(row.split, Math.max(earlier, row.relevance));
      return undefined;
    },
    parts: () => ({
      splits: [...splits],
      images: [...images.values()],
      texts: [...texts.values()],
      pairs: [...pairs.values()],
    }),
  };
}

function findOrAdd(
  items: Map<string, NumberedItem>,
  found: TableRow["image"],
  metadata: Metadata,
): NumberedItem {
  const known = items.get(found.id);
  if (known !== undefined) return known;
  const item = { ...found, metadata, splits: new Set<string>(), number: items.size };
  items.set(found.id, item);
  return item;
}

function findConflict(
  role: "image_id" | "caption_id",
  items: ReadonlyMap<string, StoredItem>,
  found: TableRow["image"],
): RowProblem | undefined {
  const known = items.get(found.id);
  if (known === undefined || isSame(known.content, found.content)) return undefined;
  const id = JSON.stringify(found.id);
  const message = `${id} is ${found.content.join(";")} here, and ${known.content.join(";")} in an earlier row.`;
  return { code: "ID_CONFLICT", role, message };
}

function isSame(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((part, i) => part === right[i]);
}
