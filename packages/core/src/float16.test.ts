import { expect, test } from "vitest";
import { float16ToFloat32, float32ToFloat16 } from "./float16.ts";

// What numpy 2.4.6 gives for numpy.float32(values).astype(numpy.float16).view(numpy.uint16).
const rounded: readonly [number, number][] = [
  [0, 0x0000],
  [-0, 0x8000],
  [1, 0x3c00],
  [-2.5, 0xc100],
  [0.1, 0x2e66],
  [1 + 2 ** -11, 0x3c00],
  [1 + 3 * 2 ** -11, 0x3c02],
  [65_519, 0x7bff],
  [65_520, 0x7c00],
  [-1e9, 0xfc00],
  [2 ** -14, 0x0400],
  [2 ** -24, 0x0001],
  [2 ** -25, 0x0000],
  [2 ** -25 + 2 ** -40, 0x0001],
  [3 * 2 ** -25, 0x0002],
  [6.1e-5, 0x03ff],
  [1e-30, 0x0000],
  [Number.POSITIVE_INFINITY, 0x7c00],
  [Number.NaN, 0x7e00],
];

test("single floats become the half floats that NumPy makes of them", () => {
  const bits = float32ToFloat16(Float32Array.from(rounded, ([value]) => value));
  expect([...bits]).toEqual(rounded.map(([, expected]) => expected));
});

test("every half float comes back from its single float", () => {
  const all = Uint16Array.from({ length: 0x7c01 }, (_, i) => i);
  expect(float32ToFloat16(float16ToFloat32(all))).toEqual(all);
});

test("a view into a larger buffer is read from its own beginning", () => {
  const values = Float32Array.of(7, 1, 2);
  expect([...float32ToFloat16(values.subarray(1))]).toEqual([0x3c00, 0x4000]);
});
