import { type EncodedPairs, type PairJudgement, selectRows } from "@semblance/core";
import type { EvaluateRetrievalOptions } from "../retrieval-options.ts";

/** A part of the images with the texts that belong to them. */
export interface Fold {
  /** Its own rows, and judgements of these. */
  readonly pairs: EncodedPairs;
  /** The row in the whole of each own row, ascending. */
  readonly rows: { readonly image: Uint32Array; readonly text: Uint32Array };
  readonly ids: EvaluateRetrievalOptions["ids"];
}

/**
 * Parts the images as `folds` says, and gives each text to the fold of its first relevant image, with
 * the judgements of that fold. Folds stand in ascending order of their numbers.
 *
 * @throws RangeError unless `folds` has a number from 0 for each image.
 */
export function splitFolds(
  pairs: EncodedPairs,
  folds: ArrayLike<number>,
  ids: EvaluateRetrievalOptions["ids"],
): Fold[] {
  checkFolds(folds, pairs.image.count);
  const foldOfText = new Map<number, number>();
  for (const { text, image, relevance } of pairs.judgements) {
    if (relevance > 0 && !foldOfText.has(text)) foldOfText.set(text, folds[image] ?? 0);
  }
  const numbers = [...new Set(Array.from(folds))].sort((left, right) => left - right);
  return numbers.map((fold) => {
    const image = rowsWhere(pairs.image.count, (row) => folds[row] === fold);
    const text = rowsWhere(pairs.text.count, (row) => foldOfText.get(row) === fold);
    const own = { image: selectRows(pairs.image, image), text: selectRows(pairs.text, text) };
    const judgements = judgementsWithin(pairs.judgements, image, text);
    const ownIds = ids && { image: pick(ids.image, image), text: pick(ids.text, text) };
    return { pairs: { ...own, judgements }, rows: { image, text }, ids: ownIds };
  });
}

function checkFolds(folds: ArrayLike<number>, images: number): void {
  const odd = Array.from(folds).find((fold) => !Number.isInteger(fold) || fold < 0);
  if (folds.length === images && odd === undefined) return;
  throw new RangeError(
    `folds must be a number from 0 for each of ${images} images, found ${odd ?? `${folds.length} numbers`}.`,
  );
}

function rowsWhere(count: number, isOwn: (row: number) => boolean): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => row).filter(isOwn);
}

function judgementsWithin(
  judgements: readonly PairJudgement[],
  images: Uint32Array,
  texts: Uint32Array,
): PairJudgement[] {
  const ownImage = new Map(Array.from(images, (row, own) => [row, own]));
  const ownText = new Map(Array.from(texts, (row, own) => [row, own]));
  return judgements.flatMap(({ text, image, relevance }) => {
    const [textRow, imageRow] = [ownText.get(text), ownImage.get(image)];
    if (textRow === undefined || imageRow === undefined) return [];
    return [{ text: textRow, image: imageRow, relevance }];
  });
}

function pick(ids: readonly string[], rows: Uint32Array): string[] {
  return Array.from(rows, (row) => ids[row] ?? "");
}
