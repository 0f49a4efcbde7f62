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
  const texts = t2i.starts.length - 1;
  const parents = Uint32Array.from({ length: texts + i2t.starts.length - 1 }, (_, node) => node);
  for (let text = 0; text < texts; text++) {
    for (const image of t2i.rows.subarray(t2i.starts[text], t2i.starts[text + 1])) {
      parents[rootOf(parents, text)] = rootOf(parents, texts + image);
    }
  }
  const clusters = numberRoots(parents);
  return { t2i: clusters.subarray(0, texts), i2t: clusters.subarray(texts) };
}

function numberRoots(parents: Uint32Array): Uint32Array {
  const unnumbered = parents.length;
  const numbers = new Uint32Array(parents.length).fill(unnumbered);
  let next = 0;
  return Uint32Array.from(parents, (_, node) => {
    const root = rootOf(parents, node);
    if (numbers[root] === unnumbered) numbers[root] = next++;
    return numbers[root] ?? 0;
  });
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
