import { DatasetError, type EncodedPairs, type PairJudgement } from "@semblance/core";
import type { RelevantRows } from "../query-columns.ts";
import { groupPairs } from "./group-pairs.ts";

/** What is relevant to what, both ways: for every row its relevant rows of the other side. */
export interface Relevance {
  readonly t2i: RelevantRows;
  readonly i2t: RelevantRows;
}

/**
 * Reads judgements into both directions. Those of 0 or less are not relevant; of several about the
 * same pair the highest counts.
 *
 * @throws RangeError when a judgement names a row that is not there, or its relevance is not finite.
 * @throws {@link DatasetError} with code `NOTHING_RELEVANT` when no judgement is above 0.
 */
export function readRelevance(pairs: EncodedPairs): Relevance {
  const relevant = countRelevant(pairs);
  if (relevant === 0) throw nothingRelevant(pairs);
  const texts = new Uint32Array(relevant);
  const images = new Uint32Array(relevant);
  const grades = new Float64Array(relevant);
  let at = 0;
  for (const { text, image, relevance } of pairs.judgements) {
    if (relevance <= 0) continue;
    texts[at] = text;
    images[at] = image;
    grades[at++] = relevance;
  }
  const counts = { text: pairs.text.count, image: pairs.image.count };
  return {
    t2i: groupPairs({ of: texts, to: images, grades, ofCount: counts.text, toCount: counts.image }),
    i2t: groupPairs({ of: images, to: texts, grades, ofCount: counts.image, toCount: counts.text }),
  };
}

function countRelevant(pairs: EncodedPairs): number {
  let relevant = 0;
  for (const [index, judgement] of pairs.judgements.entries()) {
    const { text, image, relevance } = judgement;
    const isRow = isBelow(text, pairs.text.count) && isBelow(image, pairs.image.count);
    if (!isRow || !Number.isFinite(relevance)) {
      throw new RangeError(describeBadJudgement(judgement, index, pairs));
    }
    if (relevance > 0) relevant++;
  }
  return relevant;
}

function isBelow(row: number, count: number): boolean {
  return Number.isInteger(row) && row >= 0 && row < count;
}

function describeBadJudgement(judgement: PairJudgement, index: number, pairs: EncodedPairs) {
  const { text, image, relevance } = judgement;
  return (
    `Judgement ${index} is text ${text}, image ${image}, relevance ${relevance}; expected rows of ` +
    `${pairs.text.count} texts and ${pairs.image.count} images, counted from 0, and a finite number.`
  );
}

function nothingRelevant(pairs: EncodedPairs): DatasetError {
  return new DatasetError({
    code: "NOTHING_RELEVANT",
    message: `None of ${pairs.judgements.length} judgements has a relevance above 0, so there is nothing to find.`,
    fix: "Mark the pairs that belong together with a relevance of 1.",
  });
}
