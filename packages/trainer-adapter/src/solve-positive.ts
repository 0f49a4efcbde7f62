import { createMatrix, type Matrix, transpose } from "./matrix.ts";

/**
 * Solves `a · x = b` for a symmetric positive definite `a` by its Cholesky factor.
 *
 * @returns `x`, `[a.rows, b.columns]`.
 * @throws RangeError when `a` is not positive definite.
 * @see Golub & Van Loan, "Matrix Computations", 4th ed., algorithms 4.2.1 (factor), 3.1.1 and 3.1.2
 * (triangular systems).
 */
export function solvePositive(a: Matrix, b: Matrix): Matrix {
  const factor = cholesky(a);
  const solved = transpose(b);
  for (let row = 0; row < solved.rows; row++) {
    const x = solved.data.subarray(row * solved.columns, (row + 1) * solved.columns);
    substitute(factor, x);
  }
  return transpose(solved);
}

function cholesky({ data, rows: size }: Matrix): Matrix {
  const factor = createMatrix(size, size);
  const low = factor.data;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = data[row * size + column] as number;
      for (let k = 0; k < column; k++) {
        sum -= (low[row * size + k] as number) * (low[column * size + k] as number);
      }
      if (column < row) low[row * size + column] = sum / (low[column * size + column] as number);
      else if (sum > 0) low[row * size + row] = Math.sqrt(sum);
      else throw new RangeError("The matrix is not positive definite.");
    }
  }
  return factor;
}

/** Replaces x with the solution of `factor · factorᵀ · y = x`. */
function substitute({ data: low, rows: size }: Matrix, x: Float64Array): void {
  for (let row = 0; row < size; row++) {
    let sum = x[row] as number;
    for (let k = 0; k < row; k++) sum -= (low[row * size + k] as number) * (x[k] as number);
    x[row] = sum / (low[row * size + row] as number);
  }
  for (let row = size - 1; row >= 0; row--) {
    const value = (x[row] as number) / (low[row * size + row] as number);
    x[row] = value;
    // Along the row, as the memory lies, what this value adds to those before it is taken away.
    for (let k = 0; k < row; k++) x[k] = (x[k] as number) - (low[row * size + k] as number) * value;
  }
}
