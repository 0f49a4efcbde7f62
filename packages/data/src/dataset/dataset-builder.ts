import type { Metadata } from "@semblance/core";
import type { DatasetParts, StoredItem, StoredPair } from "./memory-dataset.ts";

/** An image or a text as a format gives it. */
export interface NewItem {
  readonly id: string;
  readonly content: readonly string[];
  readonly metadata?: Metadata;
  /** The splits that show it. @defaultValue none */
  readonly splits?: Iterable<string>;
}

/** A judgement of a text and an image that were added. */
interface NewJudgement {
  readonly text: string;
  readonly image: string;
  /** @defaultValue 1 */
  readonly relevance?: number;
  readonly split?: string | undefined;
}

/** A dataset on its way: each item, pair and split once, in order of first appearance. */
export interface DatasetBuilder {
  /** Says that an earlier item of this id has another content; `undefined` where none has. */
  conflictOf(modality: "image" | "text", item: NewItem): string | undefined;
  /**
   * Adds the item; one whose id is known only adds its splits, and metadata under names that are new.
   * Under a name with two values it has none: they tell of something else, such as its captions.
   */
  addItem(modality: "image" | "text", item: NewItem): void;
  has(modality: "image" | "text", id: string): boolean;
  /**
   * Adds a judgement; of several of one pair in one split the highest holds. One of items that were
   * not added is left out.
   */
  judge(judgement: NewJudgement): void;
  parts(): Pick<DatasetParts, "splits" | "images" | "texts" | "pairs">;
}

interface NumberedItem extends StoredItem {
  metadata: Metadata;
  /** Position in order of first appearance. */
  readonly number: number;
  /** Names under which values differed. */
  differing?: Set<string>;
}

/** Begins a dataset without items. */
export function createDatasetBuilder(): DatasetBuilder {
  const items = { image: new Map<string, NumberedItem>(), text: new Map<string, NumberedItem>() };
  const pairs = new Map<string, StoredPair>();
  const splits = new Set<string>();
  return {
    conflictOf(modality, item) {
      const known = items[modality].get(item.id);
      return known === undefined ? undefined : describeConflict(known, item);
    },
    addItem(modality, item) {
      const stored = findOrAdd(items[modality], item);
      addMetadata(stored, item.metadata ?? {});
      for (const split of item.splits ?? []) {
        splits.add(split);
        stored.splits.add(split);
      }
    },
    has: (modality, id) => items[modality].has(id),
    judge({ text: textId, image: imageId, relevance = 1, split }) {
      const text = items.text.get(textId);
      const image = items.image.get(imageId);
      if (text === undefined || image === undefined) return;
      const key = `${text.number},${image.number}`;
      const pair = pairs.get(key) ?? { text: text.id, image: image.id, judged: new Map() };
      pairs.set(key, pair);
      const earlier = pair.judged.get(split) ?? Number.NEGATIVE_INFINITY;
      pair.judged.set(split, Math.max(earlier, relevance));
    },
    parts: () => ({
      splits: [...splits],
      images: [...items.image.values()],
      texts: [...items.text.values()],
      pairs: [...pairs.values()],
    }),
  };
}

function findOrAdd(items: Map<string, NumberedItem>, item: NewItem): NumberedItem {
  const known = items.get(item.id);
  if (known !== undefined) return known;
  const { id, content, metadata = {} } = item;
  const added = { id, content, metadata, splits: new Set<string>(), number: items.size };
  items.set(id, added);
  return added;
}

// Copies on change: an image and a text of one row share their metadata.
function addMetadata(item: NumberedItem, found: Metadata): void {
  for (const [name, value] of Object.entries(found)) {
    const known = item.metadata[name];
    if (known === value || item.differing?.has(name)) continue;
    if (known === undefined) {
      item.metadata = { ...item.metadata, [name]: value };
      continue;
    }
    const { [name]: _, ...others } = item.metadata;
    item.metadata = others;
    item.differing = (item.differing ?? new Set()).add(name);
  }
}

function describeConflict(known: StoredItem, found: NewItem): string | undefined {
  const isSame =
    known.content.length === found.content.length &&
    known.content.every((part, i) => part === found.content[i]);
  if (isSame) return undefined;
  const [here, earlier] = [found, known].map(({ content }) => content.join(";"));
  return `${JSON.stringify(found.id)} is ${here} here, and ${earlier} in an earlier row.`;
}
