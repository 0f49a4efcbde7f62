import { decodeNpy, encodeNpyHeader } from "@semblance/core";
import { expect, test } from "vitest";
import { toHalfFloats } from "./half-floats.ts";

const allBits = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

function widen(bits: Uint16Array): Float32Array {
  const header = encodeNpyHeader("<f2", [bits.length]);
  const { data } = decodeNpy(Buffer.concat([header, new Uint8Array(bits.buffer)]));
  return Float32Array.from(data, Number);
}

test("every half float comes back as it was", () => {
  const numbers = allBits.filter((bits) => (bits & 0x7fff) <= 0x7c00);
  expect(toHalfFloats(widen(numbers))).toEqual(numbers);
});

test("halfway between two half floats, the even one is taken; off it, the nearer", () => {
  const lower = allBits.filter((bits) => bits < 0x7bff);
  const [below, above] = [widen(lower), widen(lower.map((bits) => bits + 1))];
  for (const [i, bits] of lower.entries()) {
    const [low = 0, high = 0] = [below[i], above[i]];
    const middle = (low + high) / 2;
    const [even] = toHalfFloats(Float32Array.of(middle));
    expect(even).toBe(bits % 2 === 0 ? bits : bits + 1);
    const sides = Float32Array.of(middle - (high - low) / 64, middle + (high - low) / 64);
    expect([...toHalfFloats(sides)]).toEqual([bits, bits + 1]);
  }
});

test("what is too large is infinite, what is no number stays none", () => {
  const edges = Float32Array.of(65519.99, 65520, 1e30, -1e30, Number.POSITIVE_INFINITY);
  expect([...toHalfFloats(edges)]).toEqual([0x7bff, 0x7c00, 0x7c00, 0xfc00, 0x7c00]);
  expect([...widen(toHalfFloats(Float32Array.of(Number.NaN)))]).toEqual([Number.NaN]);
});
