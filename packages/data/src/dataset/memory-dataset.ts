import type { Dataset, Item, ItemFailure, Judgement, Metadata } from "@semblance/core";
import { hashLines, itemLine, judgementLine } from "./dataset-hash.ts";
import { requireSplit } from "./require-split.ts";

/** An image or text of a dataset in memory. */
export interface StoredItem {
  readonly id: string;
  readonly content: readonly string[];
  readonly metadata: Metadata;
  /** The splits that show it: none, one, or several. */
  readonly splits: Set<string>;
}

/** A judged pair, with its relevance in each split that lists it; `undefined` is no split. */
export interface StoredPair {
  readonly text: string;
  readonly image: string;
  readonly judged: Map<string | undefined, number>;
}

/** What a dataset in memory is made of; items and pairs each once, in order of first appearance. */
export interface DatasetParts {
  readonly name: string;
  readonly splits: readonly string[];
  readonly images: readonly StoredItem[];
  readonly texts: readonly StoredItem[];
  readonly pairs: readonly StoredPair[];
  readonly failures: readonly ItemFailure[];
}

/** A dataset over parts in memory; they must not change any more. Its hash is made when first asked. */
export function createMemoryDataset(parts: DatasetParts): Dataset {
  let hash: string | undefined;
  const dataset: Dataset = {
    name: parts.name,
    splits: parts.splits,
    failures: parts.failures,
    get hash() {
      hash ??= hashLines(linesOf(parts));
      return hash;
    },
    async *items(modality, options = {}) {
      requireSplit(dataset, options.split);
      for (const item of modality === "image" ? parts.images : parts.texts) {
        if (options.split === undefined || item.splits.has(options.split)) {
          yield toItem(item, options.split);
        }
      }
    },
    async *judgements(options = {}) {
      requireSplit(dataset, options.split);
      for (const pair of parts.pairs) {
        const judgement = toJudgement(pair, options.split);
        if (judgement !== undefined) yield judgement;
      }
    },
  };
  return dataset;
}

function toItem(item: StoredItem, askedSplit: string | undefined): Item {
  const { id, content, metadata, splits } = item;
  const split = askedSplit ?? (splits.size === 1 ? [...splits][0] : undefined);
  return { id, content, metadata, ...(split === undefined ? {} : { split }) };
}

function toJudgement(pair: StoredPair, split: string | undefined): Judgement | undefined {
  const { text, image, judged } = pair;
  const relevance = split === undefined ? Math.max(...judged.values()) : judged.get(split);
  return relevance === undefined ? undefined : { text, image, relevance };
}

function* linesOf(parts: DatasetParts): Generator<string, void, undefined> {
  for (const image of parts.images) yield* linesOfItem("image", image);
  for (const text of parts.texts) yield* linesOfItem("text", text);
  for (const { text, image, judged } of parts.pairs) {
    for (const [split, relevance] of judged) {
      yield judgementLine({ text, image, relevance }, split ?? null);
    }
  }
}

function linesOfItem(modality: "image" | "text", item: StoredItem): string[] {
  if (item.splits.size === 0) return [itemLine(modality, item.id, null)];
  return [...item.splits].map((split) => itemLine(modality, item.id, split));
}
