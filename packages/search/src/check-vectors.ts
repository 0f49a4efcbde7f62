import { type Embeddings, IndexError } from "@semblance/core";

/** What {@link checkVectors} looks at. */
export interface CheckVectorsOptions {
  readonly vectors: Embeddings;
  /** What the vectors are compared with. */
  readonly dimension: number;
  /** Names row `row` in messages: `query row 3`. */
  readonly describe: (row: number) => string;
}

/**
 * Refuses vectors that have no place among the others.
 *
 * @throws {@link IndexError} with code `DIMENSION_MISMATCH`, or `VECTOR_NOT_FINITE` for the first row
 * with a `NaN` or an infinity.
 */
export function checkVectors({ vectors, dimension, describe }: CheckVectorsOptions): void {
  if (vectors.dimension !== dimension) {
    throw new IndexError({
      code: "DIMENSION_MISMATCH",
      message: `Expected vectors of ${dimension} dimensions, found ${vectors.dimension} in ${describe(0)}.`,
      fix: "Encode queries and gallery with towers of the same model.",
    });
  }
  const at = vectors.data.findIndex((value) => !Number.isFinite(value));
  if (at === -1) return;
  throw new IndexError({
    code: "VECTOR_NOT_FINITE",
    message: `Expected finite values, found ${vectors.data[at]} in ${describe(Math.floor(at / dimension))}.`,
    fix: "Encode it again, or leave it out.",
  });
}

/** @throws RangeError unless `value` is a positive integer. */
export function checkPositiveInteger(name: string, value: number): void {
  if (Number.isInteger(value) && value > 0) return;
  throw new RangeError(`${name} must be a positive integer, found ${value}.`);
}
