/**
 * A seeded source of uniform numbers in [0, 1), the same on every machine: xoshiro128**, whose state
 * is `seed` + 1…4 times 0x9e3779b9, each through the 32-bit finaliser of MurmurHash3.
 *
 * @param seed - An integer in [0, 2³²).
 */
export function createRandom(seed: number): () => number {
  const state = Uint32Array.from([1, 2, 3, 4], (i) => scramble(seed + Math.imul(i, 0x9e3779b9)));
  const next = xoshiro128(state);
  return () => next() / 2 ** 32;
}

/**
 * 32 random bits a call, as an unsigned integer.
 *
 * @param state - Four words, not all 0; changed by every call.
 * @see Blackman & Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 47 (2021):
 * xoshiro128**.
 */
export function xoshiro128(state: Uint32Array): () => number {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  return () => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
}

function rotate(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function scramble(word: number): number {
  let bits = word | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
