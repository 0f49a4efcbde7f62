import { hash } from "node:crypto";

/** Tells which texts are new. */
export interface TextSet {
  readonly size: number;
  /** Whether the text was not there yet. */
  add(text: string): boolean;
}

const wordsPerText = 4;

/**
 * A set of texts that keeps 128 bits of each one's SHA-256 in place of the text: some 30 bytes for a
 * text of any length, and no limit of 2^24 texts as a `Set` has. That two of 10^9 texts share these
 * bits has a probability below 10^-20.
 */
export function createTextSet(initialSlots: number = 1 << 12): TextSet {
  let slots = initialSlots;
  let table = new Int32Array(slots * wordsPerText);
  let size = 0;
  const grow = () => {
    const former = table;
    slots *= 2;
    table = new Int32Array(slots * wordsPerText);
    for (let at = 0; at < former.length; at += wordsPerText) {
      const words = former.subarray(at, at + wordsPerText);
      if (!isFree(words, 0)) table.set(words, findSlot(table, words));
    }
  };
  return {
    get size() {
      return size;
    },
    add(text) {
      const words = digest(text);
      const at = findSlot(table, words);
      if (!isFree(table, at)) return false;
      table.set(words, at);
      size++;
      if (size * 3 > slots * 2) grow();
      return true;
    },
  };
}

// All zeros means free; that a digest is all zeros is as unlikely as that two are the same.
function digest(text: string): Int32Array {
  const bytes = hash("sha256", text, "buffer");
  return Int32Array.from({ length: wordsPerText }, (_, i) => bytes.readInt32LE(i * 4));
}

function isFree(table: Int32Array, at: number): boolean {
  return !(table[at] || table[at + 1] || table[at + 2] || table[at + 3]);
}

/** Where the digest is, or the free place where it belongs: linear probing in 2^n slots. */
function findSlot(table: Int32Array, words: Int32Array): number {
  const mask = table.length / wordsPerText - 1;
  let slot = (words[0] ?? 0) & mask;
  for (;;) {
    const at = slot * wordsPerText;
    if (isFree(table, at) || words.every((word, i) => table[at + i] === word)) return at;
    slot = (slot + 1) & mask;
  }
}
