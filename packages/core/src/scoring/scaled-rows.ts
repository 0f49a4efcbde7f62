import type { Embeddings } from "../embedding.ts";

/** Vectors that count as if each row were multiplied by its scale, without a copy of them. */
export interface ScaledRows extends Embeddings {
  /** One factor a row. @defaultValue 1 for every row */
  readonly scales?: Float64Array;
}

/**
 * The rows as if scaled to length 1, so that dot products are cosine similarities: what
 * `normalizeRows` does to the rows themselves, to the last bit. A row of zeros stays as it is.
 */
export function toUnitRows(embeddings: Embeddings): ScaledRows {
  const { data, count, dimension } = embeddings;
  const scales = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const end = (row + 1) * dimension;
    let squares = 0;
    for (let i = row * dimension; i < end; i++) squares += (data[i] as number) ** 2;
    scales[row] = squares === 0 ? 1 : 1 / Math.sqrt(squares);
  }
  return { ...embeddings, scales };
}

/**
 * The score of one pair of rows, as {@link scoreRows} and {@link scoreTiles} give it, to the last bit:
 * added up in float64 in the order of the dimensions, rounded to float32 once.
 */
export function scorePair(a: ScaledRows, rowOfA: number, b: ScaledRows, rowOfB: number): number {
  const { dimension } = a;
  const [scaleA, scaleB] = [a.scales?.[rowOfA] ?? 1, b.scales?.[rowOfB] ?? 1];
  const [startA, startB] = [rowOfA * dimension, rowOfB * dimension];
  let sum = 0;
  for (let i = 0; i < dimension; i++) {
    const valueA = Math.fround((a.data[startA + i] as number) * scaleA);
    sum += valueA * Math.fround((b.data[startB + i] as number) * scaleB);
  }
  return Math.fround(sum);
}
