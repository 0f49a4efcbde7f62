import { DatasetError, type EncodedPairs, type Grades, type PairJudgement } from "@semblance/core";

/** What is relevant to what, both ways: for every row its relevant rows of the other side. */
export interface Relevance {
  readonly t2i: readonly Grades[];
  readonly i2t: readonly Grades[];
}

/**
 * Reads judgements into both directions. Those of 0 or less are not relevant; of several about the
 * same pair the highest counts.
 *
 * @throws RangeError when a judgement names a row that is not there, or its relevance is not finite.
 * @throws {@link DatasetError} with code `NOTHING_RELEVANT` when no judgement is above 0.
 */
export function readRelevance(pairs: EncodedPairs): Relevance {
  const t2i = Array.from({ length: pairs.text.count }, () => new Map<number, number>());
  const i2t = Array.from({ length: pairs.image.count }, () => new Map<number, number>());
  let isAnyRelevant = false;
  for (const [index, judgement] of pairs.judgements.entries()) {
    const { text, image, relevance } = judgement;
    const images = t2i[text];
    const texts = i2t[image];
    if (images === undefined || texts === undefined || !Number.isFinite(relevance)) {
      throw new RangeError(describeBadJudgement(judgement, index, pairs));
    }
    if (relevance <= 0) continue;
    isAnyRelevant = true;
    images.set(image, Math.max(relevance, images.get(image) ?? 0));
    texts.set(text, Math.max(relevance, texts.get(text) ?? 0));
  }
  if (!isAnyRelevant) throw nothingRelevant(pairs);
  return { t2i, i2t };
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
