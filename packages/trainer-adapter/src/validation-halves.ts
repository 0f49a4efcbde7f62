import { createRandom, type EncodedPairs, type PairJudgement, selectRows } from "@semblance/core";
import { relevantPairs } from "./training-pairs.ts";

/** A part of validation that is a retrieval problem of its own. */
export interface ValidationPart {
  readonly pairs: EncodedPairs;
  /** The connected component of each item in the graph of what belongs together. */
  readonly textGroups: Uint32Array;
  readonly imageGroups: Uint32Array;
}

/** Validation in two halves that share no image and no text. */
export interface ValidationHalves {
  readonly choosing: ValidationPart;
  readonly judging: ValidationPart;
}

/** A text of more images than this is left out where texts bind too much together. */
const common = 3;
/** Share of the images below which a half is too small. */
const smallest = 0.25;

/**
 * Deals connected components out to two halves of about equal size, by images.
 *
 * Where one component is too large for that, texts of more than three images are left out of the halves;
 * where that does not help either, both halves are the whole.
 */
export function splitValidation(encoded: EncodedPairs, seed: number): ValidationHalves {
  const pairs = relevantPairs(encoded.judgements);
  const all = deal(encoded, pairs, seed);
  if (all.isSeparate) return all.halves;
  const imagesOf = new Map<number, number>();
  for (const { text } of pairs) imagesOf.set(text, (imagesOf.get(text) ?? 0) + 1);
  const rare = pairs.filter(({ text }) => (imagesOf.get(text) ?? 0) <= common);
  const other = deal(encoded, rare, seed);
  if (other.isSeparate) return other.halves;
  const whole = select(encoded, pairs, all.groups, () => true);
  return { choosing: whole, judging: whole };
}

interface Groups {
  readonly image: Uint32Array;
  readonly text: Uint32Array;
}

function deal(encoded: EncodedPairs, pairs: readonly PairJudgement[], seed: number) {
  const groups = connectedGroups(encoded, pairs);
  const sizes = new Map<number, number>();
  for (const image of new Set(pairs.map((pair) => pair.image))) {
    const group = groups.image[image] ?? 0;
    sizes.set(group, (sizes.get(group) ?? 0) + 1);
  }
  const random = createRandom(seed);
  // Large ones first, and those of a size in an order of their own: sorted keys make it repeatable.
  const order = [...sizes].map(([group, size]) => ({ group, size, key: random() }));
  order.sort((a, b) => b.size - a.size || a.key - b.key);
  const halfOf = new Map<number, number>();
  const filled: [number, number] = [0, 0];
  for (const { group, size } of order) {
    const half = filled[1] < filled[0] ? 1 : 0;
    halfOf.set(group, half);
    filled[half] += size;
  }
  const least = Math.min(...filled);
  const isSeparate = least > 0 && least >= smallest * (filled[0] + filled[1]);
  const part = (half: number) =>
    select(encoded, pairs, groups, (group) => halfOf.get(group) === half);
  return { groups, isSeparate, halves: { choosing: part(0), judging: part(1) } };
}

/** Names the connected component of every image and text by its first node, images before texts. */
function connectedGroups(encoded: EncodedPairs, pairs: readonly PairJudgement[]): Groups {
  const images = encoded.image.count;
  const parents = Uint32Array.from({ length: images + encoded.text.count }, (_, node) => node);
  const rootOf = (start: number): number => {
    let node = start;
    while (parents[node] !== node) {
      parents[node] = parents[parents[node] ?? 0] ?? 0;
      node = parents[node] ?? 0;
    }
    return node;
  };
  for (const { image, text } of pairs) {
    const [one, other] = [rootOf(image), rootOf(images + text)];
    parents[Math.max(one, other)] = Math.min(one, other);
  }
  const groups = parents.map((_, node) => rootOf(node));
  return { image: groups.subarray(0, images), text: groups.subarray(images) };
}

function select(
  encoded: EncodedPairs,
  pairs: readonly PairJudgement[],
  groups: Groups,
  isWanted: (group: number) => boolean,
): ValidationPart {
  const rowsOf = (side: Uint32Array) => [...side.keys()].filter((row) => isWanted(side[row] ?? 0));
  const [images, texts] = [rowsOf(groups.image), rowsOf(groups.text)];
  const imageRows = new Map(images.map((row, i) => [row, i]));
  const textRows = new Map(texts.map((row, i) => [row, i]));
  const judgements = pairs.flatMap(({ image, text, relevance }) => {
    const [imageRow, textRow] = [imageRows.get(image), textRows.get(text)];
    if (imageRow === undefined || textRow === undefined) return [];
    return [{ image: imageRow, text: textRow, relevance }];
  });
  return {
    pairs: {
      image: selectRows(encoded.image, images),
      text: selectRows(encoded.text, texts),
      judgements,
    },
    imageGroups: Uint32Array.from(images, (row) => groups.image[row] ?? 0),
    textGroups: Uint32Array.from(texts, (row) => groups.text[row] ?? 0),
  };
}
