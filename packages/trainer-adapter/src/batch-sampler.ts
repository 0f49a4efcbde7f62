import { createMatrix, type Matrix } from "./matrix.ts";
import type { TrainingPairs } from "./training-pairs.ts";

/** Rows of a batch, each once, and how they belong together. */
export interface SampledBatch {
  readonly images: readonly number[];
  readonly texts: readonly number[];
  /** `[images, texts]`, in [0, 1]. */
  readonly targets: Matrix;
}

/**
 * Batches without end: every image once before any comes again, with one of its texts each time.
 *
 * @param random - Uniform in [0, 1).
 */
export function* sampleBatches(
  pairs: TrainingPairs,
  batchSize: number,
  random: () => number,
): Generator<SampledBatch, never> {
  const order = [...pairs.images];
  let next = order.length;
  for (;;) {
    if (next + batchSize > order.length) {
      shuffle(order, random);
      next = 0;
    }
    const images = order.slice(next, next + batchSize);
    next += batchSize;
    const drawn = images.map((image) => {
      const texts = pairs.textsOfImage[image] ?? [];
      return texts[Math.floor(random() * texts.length)]?.row ?? 0;
    });
    // A text that two of the images share is one column, a match of both.
    const texts = [...new Set(drawn)];
    yield { images, texts, targets: targetsOf(pairs, images, texts) };
  }
}

function targetsOf(
  pairs: TrainingPairs,
  images: readonly number[],
  texts: readonly number[],
): Matrix {
  const targets = createMatrix(images.length, texts.length);
  const rows = new Map(images.map((image, row) => [image, row]));
  for (const [column, text] of texts.entries()) {
    for (const { row: image, weight } of pairs.imagesOfText[text] ?? []) {
      const row = rows.get(image);
      if (row !== undefined) targets.data[row * texts.length + column] = weight;
    }
  }
  return targets;
}

// Fisher and Yates.
function shuffle(items: number[], random: () => number): void {
  for (let i = items.length - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [items[i], items[other]] = [items[other] ?? 0, items[i] ?? 0];
  }
}
