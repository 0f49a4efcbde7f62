const floats = new Float32Array(1);
const bits = new Uint32Array(floats.buffer);

/**
 * Narrows single floats to the bits of IEEE 754 half floats, to the nearest one and of two equally
 * near to the even one, as NumPy's `astype("float16")` does.
 *
 * `Float16Array` would do it, but Node 22 has none.
 */
export function toHalfFloats(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, narrow);
}

function narrow(value: number): number {
  floats[0] = value;
  const single = bits[0] ?? 0;
  const sign = (single >>> 16) & 0x8000;
  const magnitude = single & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // not a number
  // From 65536 on; from 65520 on the rounding below ends there too.
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  // Below the smallest normal half float, halves are multiples of 2^-24.
  if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(value) * 2 ** 24);
  const rebased = magnitude - 0x38000000;
  return sign | ((rebased + 0x0fff + ((rebased >>> 13) & 1)) >>> 13);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest === 0.5) return below + (below % 2);
  return rest > 0.5 ? below + 1 : below;
}
