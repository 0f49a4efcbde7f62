import { createRandom } from "@semblance/core";
import { expect, test } from "vitest";
import {
  identity,
  type Matrix,
  times,
  timesTransposed,
  transpose,
  transposedTimes,
} from "./matrix.ts";
import { solvePositive } from "./solve-positive.ts";

function randomMatrix(rows: number, columns: number, seed: number): Matrix {
  const random = createRandom(seed);
  const data = Float64Array.from({ length: rows * columns }, () => random() - 0.5);
  return { data, rows, columns };
}

function expectClose(found: Matrix, expected: Matrix): void {
  expect([found.rows, found.columns]).toEqual([expected.rows, expected.columns]);
  for (const [i, value] of expected.data.entries()) expect(found.data[i]).toBeCloseTo(value, 10);
}

// Sizes around those that the products are cut into.
test.each([
  [1, 1, 1],
  [2, 4, 3],
  [5, 7, 6],
  [8, 3, 9],
])("products of %i×%i and %i columns are sums of products", (rows, inner, columns) => {
  const [a, b] = [randomMatrix(rows, inner, 1), randomMatrix(inner, columns, 2)];
  const data = Float64Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    let sum = 0;
    for (let i = 0; i < inner; i++) {
      sum += (a.data[row * inner + i] ?? 0) * (b.data[i * columns + column] ?? 0);
    }
    return sum;
  });
  const expected = { data, rows, columns };
  expectClose(times(a, b), expected);
  expectClose(timesTransposed(a, transpose(b)), expected);
  expectClose(transposedTimes(transpose(a), b), expected);
});

test("rows of different lengths have no product", () => {
  expect(() => timesTransposed(randomMatrix(2, 3, 1), randomMatrix(2, 4, 1))).toThrow(RangeError);
});

test("a positive definite system is solved", () => {
  const root = randomMatrix(7, 7, 3);
  const a = timesTransposed(root, root);
  const b = randomMatrix(7, 3, 4);
  expectClose(times(a, solvePositive(a, b)), b);
  expectClose(solvePositive(identity(3), randomMatrix(3, 2, 5)), randomMatrix(3, 2, 5));
});

test("a matrix that is not positive definite is refused", () => {
  const data = Float64Array.of(1, 2, 2, 1);
  expect(() => solvePositive({ data, rows: 2, columns: 2 }, identity(2))).toThrow(RangeError);
});
