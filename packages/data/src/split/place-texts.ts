import { type JudgedText, textsByCaption } from "../dataset/judged-items.ts";
import { seededFraction } from "./seeded-hash.ts";
import type { SplitOptions } from "./split-options.ts";

/**
 * The splits of each text: those of its relevant images; without one that of texts with the same
 * words, and without these one drawn by the seed and the words.
 */
export function placeTexts(
  texts: readonly JudgedText[],
  splitOfImage: readonly string[],
  options: SplitOptions,
): Map<JudgedText, Set<string>> {
  const splitsOf = (images: readonly number[]) =>
    new Set(images.flatMap((image) => splitOfImage[image] ?? []));
  const placed = new Map<JudgedText, Set<string>>();
  for (const [caption, same] of textsByCaption(texts)) {
    const shared = splitsOf(same.flatMap(({ relevantImages }) => relevantImages));
    const drawn = drawSplit(seededFraction(options.seed, caption), options.fractions);
    const fallback = Object.keys(options.fractions).find((split) => shared.has(split)) ?? drawn;
    for (const text of same) {
      const own = splitsOf(text.relevantImages);
      placed.set(text, own.size > 0 ? own : new Set([fallback]));
    }
  }
  return placed;
}

function drawSplit(position: number, fractions: Readonly<Record<string, number>>): string {
  let end = 0;
  let last = "";
  for (const [split, fraction] of Object.entries(fractions)) {
    end += fraction;
    last = split;
    if (position < end) break;
  }
  return last;
}
