/** Vectors, one a row. */
export interface Embeddings {
  /** `[count, dimension]`, row-major. */
  readonly data: Float32Array;
  readonly count: number;
  readonly dimension: number;
}

/**
 * Wraps vectors as {@link Embeddings} without copying.
 *
 * @throws RangeError when `data` is not a whole number of rows.
 */
export function toEmbeddings(data: Float32Array, dimension: number): Embeddings {
  const isWhole = Number.isInteger(dimension) && dimension > 0 && data.length % dimension === 0;
  if (!isWhole) {
    throw new RangeError(`${data.length} values are not rows of ${dimension}.`);
  }
  return { data, dimension, count: data.length / dimension };
}

/** Row `index` as a view into the embeddings' own memory. */
export function rowOf(embeddings: Embeddings, index: number): Float32Array {
  const start = index * embeddings.dimension;
  return embeddings.data.subarray(start, start + embeddings.dimension);
}

/** A copy of the rows named, in the order named. */
export function selectRows(embeddings: Embeddings, rows: ArrayLike<number>): Embeddings {
  const { dimension } = embeddings;
  const data = new Float32Array(rows.length * dimension);
  for (let i = 0; i < rows.length; i++) data.set(rowOf(embeddings, rows[i] ?? 0), i * dimension);
  return { data, dimension, count: rows.length };
}

/** Scales every row to length 1, in place; a row of zeros stays as it is. */
export function normalizeRows(embeddings: Embeddings): Embeddings {
  for (let i = 0; i < embeddings.count; i++) normalize(rowOf(embeddings, i));
  return embeddings;
}

function normalize(vector: Float32Array): void {
  let squares = 0;
  for (const value of vector) squares += value * value;
  if (squares === 0) return;
  const scale = 1 / Math.sqrt(squares);
  for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] ?? 0) * scale;
}
