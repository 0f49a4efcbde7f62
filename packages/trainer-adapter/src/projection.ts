import { createMatrix, type Matrix, timesTransposed, transposedTimes } from "./matrix.ts";

/** A batch behind a head, with what its derivative needs. */
export interface Projection {
  /** Rows before the head. */
  readonly input: Matrix;
  /** Rows behind it, L2-normalised. */
  readonly output: Matrix;
  /** Their lengths before normalisation. */
  readonly lengths: Float64Array;
}

/** `x ↦ W x / ‖W x‖` for every row. */
export function project(input: Matrix, weight: Matrix): Projection {
  const output = timesTransposed(input, weight);
  const lengths = new Float64Array(output.rows);
  for (let row = 0; row < output.rows; row++) {
    const values = output.data.subarray(row * output.columns, (row + 1) * output.columns);
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    lengths[row] = length;
    if (length > 0)
      for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / length;
  }
  return { input, output, lengths };
}

/**
 * The derivative by the weight, of that by the normalised rows: through u = f / ‖f‖ it is
 * (g − u (u · g)) / ‖f‖, and through f = W x the sum over rows of that times xᵀ.
 */
export function weightGradient(projection: Projection, byOutput: Matrix): Matrix {
  const { input, output, lengths } = projection;
  const { rows, columns } = output;
  const byProduct = createMatrix(rows, columns);
  for (let row = 0; row < rows; row++) {
    const length = lengths[row] as number;
    if (length === 0) continue;
    let along = 0;
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      along += (output.data[i] as number) * (byOutput.data[i] as number);
    }
    for (let i = row * columns; i < (row + 1) * columns; i++) {
      byProduct.data[i] =
        ((byOutput.data[i] as number) - along * (output.data[i] as number)) / length;
    }
  }
  return transposedTimes(byProduct, input);
}
