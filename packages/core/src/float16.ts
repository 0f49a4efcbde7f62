/**
 * Widens IEEE 754 half floats, given as their bits, to single floats; exact.
 *
 * `Float16Array` would do it, but Node 22 has none.
 */
export function float16ToFloat32(bits: Uint16Array): Float32Array {
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = widen(bits[i] ?? 0);
  return values;
}

/**
 * Rounds single floats to IEEE 754 half floats, given as their bits: to the nearest, ties to even, as
 * numpy does; beyond 65,519 it is infinity.
 */
export function float32ToFloat16(values: Float32Array): Uint16Array {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(words, narrow);
}

function narrow(word: number): number {
  const sign = (word >>> 16) & 0x8000;
  const size = word & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;
  if (size >= 0x47800000) return sign | 0x7c00;
  // Below 2 ** -14 steps are 2 ** -24 wide; half a step and less goes to 0.
  if (size < 0x38800000) return sign | roundedShift((size & 0x7fffff) | 0x800000, size);
  const rounded = size + 0xfff + ((size >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

function roundedShift(fraction: number, size: number): number {
  const shift = 126 - (size >>> 23);
  if (shift > 24) return 0;
  const kept = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0);
}

function widen(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
