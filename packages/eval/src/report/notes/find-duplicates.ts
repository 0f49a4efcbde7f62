import { type Embeddings, type Item, rowOf } from "@semblance/core";

/** Items that look or read the same, though they are different items. */
export interface Duplicates {
  /** How many share what they are with another. */
  readonly items: number;
  /** What some of them are called. */
  readonly examples: readonly string[];
}

const examplesShown = 5;

/** Texts that are the same but for case, spaces and punctuation. */
export function findSameTexts(texts: readonly Item[]): Duplicates {
  const keyed = texts.map((item) => {
    const text = item.content.join(" ");
    return {
      key: text
        .toLowerCase()
        .replace(/[\s\p{P}]+/gu, " ")
        .trim(),
      label: text,
    };
  });
  return countShared(keyed);
}

/** Items with equal vectors, which must tie with each other. */
export function findSameVectors(items: readonly Item[], embeddings: Embeddings): Duplicates {
  const keyed = items.map((item, row) => ({
    key: hashOf(rowOf(embeddings, row)),
    label: item.id,
  }));
  return countShared(keyed);
}

function countShared(
  keyed: readonly { readonly key: string; readonly label: string }[],
): Duplicates {
  const counts = new Map<string, number>();
  for (const { key } of keyed) counts.set(key, (counts.get(key) ?? 0) + 1);
  const shared = keyed.filter(({ key }) => (counts.get(key) ?? 0) > 1);
  return {
    items: shared.length,
    examples: shared.slice(0, examplesShown).map(({ label }) => label),
  };
}

// Two vectors in 2^64 share it by chance: 53 bits would do for some hundred thousand items.
function hashOf(vector: Float32Array): string {
  const bits = new Uint32Array(vector.buffer, vector.byteOffset, vector.length);
  let [low, high] = [0x811c9dc5, 0x9e3779b9];
  for (const word of bits) {
    low = Math.imul(low ^ word, 0x01000193);
    high = Math.imul(high ^ (word + low), 0x85ebca6b);
    high ^= high >>> 15;
  }
  return `${low >>> 0}.${high >>> 0}`;
}
