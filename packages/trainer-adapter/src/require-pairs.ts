import { type EmbeddingFitSpec, type EncodedPairs, TrainerError } from "@semblance/core";

/**
 * Looks whether embeddings can be fitted on.
 *
 * @throws {@link TrainerError} with code `DATASET_EMPTY` when nothing of validation belongs together,
 * `EMBEDDINGS_INVALID` when lengths differ, a value is not finite, or a judgement names no row.
 */
export function requirePairs({ train, validation }: EmbeddingFitSpec): void {
  const { dimension } = train.text;
  for (const [name, pairs] of Object.entries({ train, validation })) {
    for (const side of ["image", "text"] as const) requireVectors(pairs, side, name, dimension);
    requireRows(pairs, name);
  }
  if (validation.judgements.some(({ relevance }) => relevance > 0)) return;
  throw new TrainerError({
    code: "DATASET_EMPTY",
    message: "No validation text belongs to a validation image, so that nothing can be judged.",
    fix: "Give validation pairs with a relevance above 0.",
  });
}

function requireVectors(
  pairs: EncodedPairs,
  side: "image" | "text",
  name: string,
  dimension: number,
): void {
  const { data, count, dimension: found } = pairs[side];
  if (found !== dimension || data.length !== count * found) {
    throw invalid(`${name}.${side} has rows of ${found}, expected ${dimension}`);
  }
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw invalid(`row ${Math.floor(at / dimension)} of ${name}.${side} is not finite`);
}

function requireRows({ image, text, judgements }: EncodedPairs, name: string): void {
  const isRow = (row: number, count: number) => Number.isInteger(row) && row >= 0 && row < count;
  const bad = judgements.find(
    (item) => !isRow(item.image, image.count) || !isRow(item.text, text.count),
  );
  if (bad === undefined) return;
  throw invalid(`${name} judges text ${bad.text} and image ${bad.image}, which are not both there`);
}

function invalid(finding: string): TrainerError {
  return new TrainerError({
    code: "EMBEDDINGS_INVALID",
    message: `The embeddings cannot be fitted on: ${finding}.`,
    fix: "Give both sides as the model embeds them, and judgements by row.",
  });
}
