/**
 * Solves a small symmetric positive definite system by Cholesky's decomposition.
 *
 * @param matrix - `[size, size]`, row-major.
 * @param right - One value per row.
 * @returns `undefined` when the matrix is not positive definite.
 * @see Golub & Van Loan, "Matrix Computations" (2013), section 4.2.
 */
export function solveSymmetric(
  matrix: Float64Array,
  right: ArrayLike<number>,
): number[] | undefined {
  const size = right.length;
  const lower = decompose(matrix, size);
  if (!lower) return undefined;
  const at = (row: number, column: number) => lower[row * size + column] ?? 0;
  const solution = Array.from(right);
  for (let row = 0; row < size; row++) {
    for (let k = 0; k < row; k++)
      solution[row] = (solution[row] ?? 0) - at(row, k) * (solution[k] ?? 0);
    solution[row] = (solution[row] ?? 0) / at(row, row);
  }
  for (let row = size - 1; row >= 0; row--) {
    for (let k = row + 1; k < size; k++)
      solution[row] = (solution[row] ?? 0) - at(k, row) * (solution[k] ?? 0);
    solution[row] = (solution[row] ?? 0) / at(row, row);
  }
  return solution;
}

function decompose(matrix: Float64Array, size: number): Float64Array | undefined {
  const lower = new Float64Array(size * size);
  const at = (row: number, column: number) => lower[row * size + column] ?? 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column] ?? 0;
      for (let k = 0; k < column; k++) sum -= at(row, k) * at(column, k);
      lower[row * size + column] = row === column ? Math.sqrt(sum) : sum / at(column, column);
    }
    // What is left of a diagonal that the rows above explain is rounding.
    if (!(at(row, row) ** 2 > 1e-10 * (matrix[row * size + row] ?? 0))) return undefined;
  }
  return lower;
}
