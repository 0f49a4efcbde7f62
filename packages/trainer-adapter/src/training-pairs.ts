import { type EncodedPairs, type PairJudgement, TrainerError } from "@semblance/core";

/** A row of the other side, and how much it belongs here: in (0, 1], 1 for the most relevant of all. */
export interface Partner {
  readonly row: number;
  readonly weight: number;
}

/** Training pairs by image, and by text. */
export interface TrainingPairs {
  readonly encoded: EncodedPairs;
  /** Rows of images that belong to a text. */
  readonly images: readonly number[];
  /** By row; none for an item that belongs to nothing. */
  readonly textsOfImage: readonly (readonly Partner[])[];
  readonly imagesOfText: readonly (readonly Partner[])[];
}

/**
 * Puts pairs in order: judgements above 0, each pair once by its highest grade.
 *
 * @throws {@link TrainerError} with code `DATASET_EMPTY` when nothing belongs together.
 */
export function toTrainingPairs(encoded: EncodedPairs): TrainingPairs {
  const textsOfImage = Array.from({ length: encoded.image.count }, (): Partner[] => []);
  const imagesOfText = Array.from({ length: encoded.text.count }, (): Partner[] => []);
  const judged = relevantPairs(encoded.judgements);
  const most = judged.reduce((highest, { relevance }) => Math.max(highest, relevance), 0);
  for (const { text, image, relevance } of judged) {
    textsOfImage[image]?.push({ row: text, weight: relevance / most });
    imagesOfText[text]?.push({ row: image, weight: relevance / most });
  }
  const images = textsOfImage.flatMap((partners, row) => (partners.length > 0 ? row : []));
  if (images.length === 0) throw nothingToFit();
  return { encoded, images, textsOfImage, imagesOfText };
}

/** Judgements above 0, each pair once by its highest grade, in order of appearance. */
export function relevantPairs(judgements: readonly PairJudgement[]): PairJudgement[] {
  const pairs = new Map<string, PairJudgement>();
  for (const judgement of judgements) {
    if (!(judgement.relevance > 0)) continue;
    const key = `${judgement.text} ${judgement.image}`;
    const known = pairs.get(key);
    if (!known || known.relevance < judgement.relevance) pairs.set(key, judgement);
  }
  return [...pairs.values()];
}

function nothingToFit(): TrainerError {
  return new TrainerError({
    code: "DATASET_EMPTY",
    message: "No training text belongs to a training image.",
    fix: "Give pairs with a relevance above 0 whose images and texts could be encoded.",
  });
}
