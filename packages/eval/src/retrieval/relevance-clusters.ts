import type { Relevance } from "./relevance.ts";

/** The cluster of every row, numbered from 0; the same numbers on both sides. */
export interface RelevanceClusters {
  readonly t2i: Uint32Array;
  readonly i2t: Uint32Array;
}

/**
 * Connected components of the graph whose edges are the relevant pairs: the captions of one image
 * are one cluster, and so are two images that share a caption. What falls into one cluster is not
 * independent, so intervals resample whole clusters.
 */
export function relevanceClusters({ t2i, i2t }: Relevance): RelevanceClusters {
  const parents = Uint32Array.from({ length: t2i.length + i2t.length }, (_, node) => node);
  for (const [text, images] of t2i.entries()) {
    for (const image of images.keys()) {
      parents[rootOf(parents, text)] = rootOf(parents, t2i.length + image);
    }
  }
  const numbers = new Map<number, number>();
  const clusters = Uint32Array.from(parents, (_, node) => {
    const root = rootOf(parents, node);
    const number = numbers.get(root) ?? numbers.size;
    numbers.set(root, number);
    return number;
  });
  return { t2i: clusters.subarray(0, t2i.length), i2t: clusters.subarray(t2i.length) };
}

// Halving the path on the way keeps the trees flat.
function rootOf(parents: Uint32Array, node: number): number {
  let current = node;
  for (;;) {
    const parent = parents[current] ?? current;
    if (parent === current) return current;
    const grandparent = parents[parent] ?? parent;
    parents[current] = grandparent;
    current = grandparent;
  }
}
