import type { Embeddings } from "@semblance/core";
import { createMatrix, type Matrix, transpose, transposedTimes } from "./matrix.ts";
import type { Pace } from "./pace.ts";
import { solvePositive } from "./solve-positive.ts";
import type { Partner, TrainingPairs } from "./training-pairs.ts";

/** Second moments of the training pairs, of which every ridge head of a tower is made. */
export interface PairMoments {
  /** Mean of x xᵀ over the pairs, x being the tower's vector: `[dimension, dimension]`. */
  readonly inner: Matrix;
  /** Mean of x yᵀ, y being its partner in the other tower. */
  readonly outer: Matrix;
}

const rowsAtOnce = 512;

/** What long sums are told. */
export interface SumOptions {
  readonly pace: Pace;
  /** Seconds of the time limit that must be left. @defaultValue 0 */
  readonly reserve?: number;
}

/**
 * Moments of a tower's vectors and their partners; each pair counts by its weight. `undefined` when it was
 * time to stop before they were complete.
 */
export async function pairMoments(
  pairs: TrainingPairs,
  tower: "image" | "text",
  options: SumOptions,
): Promise<PairMoments | undefined> {
  const { image, text } = pairs.encoded;
  const partners = tower === "text" ? pairs.imagesOfText : pairs.textsOfImage;
  const totals = partners.map((list) => list.reduce((sum, { weight }) => sum + weight, 0));
  const vectors = tower === "text" ? text : image;
  const inner = await sumOfProducts(vectors, options, (row) => {
    const alone = [{ row, weight: 1 }];
    return [sumRows(vectors, alone), sumRows(vectors, [{ row, weight: totals[row] ?? 0 }])];
  });
  // By image in both cases: several texts of one are added up before anything is multiplied.
  const outer = await sumOfProducts(image, options, (row) => [
    sumRows(text, pairs.textsOfImage[row] ?? []),
    sumRows(image, [{ row, weight: 1 }]),
  ]);
  if (inner === undefined || outer === undefined) return undefined;
  const total = totals.reduce((sum, weight) => sum + weight, 0);
  for (const { data } of [inner, outer]) {
    for (let i = 0; i < data.length; i++) data[i] = (data[i] ?? 0) / total;
  }
  return { inner, outer: tower === "text" ? outer : transpose(outer) };
}

/**
 * The head `W` that minimises mean ‖W x − y‖² + λ ‖W − I‖², a ridge regression of partners on vectors
 * whose centre is the identity: W = (E[y xᵀ] + λ I) (E[x xᵀ] + λ I)⁻¹.
 *
 * The eigenvalues of E[x xᵀ] add up to 1 for unit vectors; `strength` is λ in units of their mean.
 *
 * @see Hoerl & Kennard, "Ridge regression", Technometrics 12 (1970); ProLIP (Fahes et al. 2024,
 * arXiv:2410.05270) for holding a projection near its start, LABCLIP (arXiv:2502.03566) for the map on
 * the text side.
 */
export function ridgeHead({ inner, outer }: PairMoments, strength: number): Matrix {
  const lambda = strength / inner.rows;
  return transpose(solvePositive(addToDiagonal(inner, lambda), addToDiagonal(outer, lambda)));
}

function addToDiagonal({ data, rows, columns }: Matrix, value: number): Matrix {
  const sum = data.slice();
  for (let i = 0; i < rows; i++) sum[i * columns + i] = (sum[i * columns + i] ?? 0) + value;
  return { data: sum, rows, columns };
}

type RowPair = readonly [Float64Array, Float64Array];

/** Sum over rows of a bᵀ, a block of rows at a time. */
async function sumOfProducts(
  { count, dimension }: Embeddings,
  { pace, reserve }: SumOptions,
  pairOf: (row: number) => RowPair,
): Promise<Matrix | undefined> {
  const sum = createMatrix(dimension, dimension);
  for (let from = 0; from < count; from += rowsAtOnce) {
    if (pace.stopReason(reserve) !== undefined) return undefined;
    const rows = Math.min(rowsAtOnce, count - from);
    const [left, right] = [createMatrix(rows, dimension), createMatrix(rows, dimension)];
    for (let row = 0; row < rows; row++) {
      const [a, b] = pairOf(from + row);
      left.data.set(a, row * dimension);
      right.data.set(b, row * dimension);
    }
    const product = transposedTimes(left, right).data;
    for (let i = 0; i < product.length; i++) sum.data[i] = (sum.data[i] ?? 0) + (product[i] ?? 0);
    await pace.pause();
  }
  return sum;
}

function sumRows({ data, dimension }: Embeddings, partners: readonly Partner[]): Float64Array {
  const sum = new Float64Array(dimension);
  for (const { row, weight } of partners) {
    const start = row * dimension;
    for (let i = 0; i < dimension; i++) sum[i] = (sum[i] ?? 0) + weight * (data[start + i] ?? 0);
  }
  return sum;
}
