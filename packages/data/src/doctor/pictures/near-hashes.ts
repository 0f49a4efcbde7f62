/** Bits of a band; a hash of 64 bits has four. */
const bandBits = 16;
const bandCount = 4;

/** Hashes of 64 bits, each as its high and its low half: `[hashes, 2]`. */
type Halves = Uint32Array;

/** Numbers of hashes, in the order of one band's values. */
interface Band {
  /** The band's value of each hash. */
  readonly values: Uint16Array;
  /** Hashes of value `v` stand in `order` from `starts[v]` up to `starts[v + 1]`. */
  readonly starts: Uint32Array;
  readonly order: Uint32Array;
}

/**
 * All pairs of hashes that differ in at most `maxDistance` bits, each once, by the numbers of its
 * members, the lower first.
 *
 * Hashes that differ in d bits differ in at most d / 4 of them in one of four bands of 16 bits, so
 * only such are compared: of 100,000 hashes and 10 bits one pair in sixty.
 *
 * @param hashes - High and low half of each, as unsigned integers.
 * @see Norouzi, Punjani and Fleet 2012, "Fast Search in Hamming Space with Multi-Index Hashing"
 */
export function* nearHashes(
  hashes: readonly (readonly [high: number, low: number])[],
  maxDistance: number,
): Generator<[number, number], void, undefined> {
  const halves = Uint32Array.from({ length: hashes.length * 2 }, (_, i) => {
    return hashes[i >> 1]?.[i % 2 === 0 ? 0 : 1] ?? 0;
  });
  const radius = Math.floor(maxDistance / bandCount);
  const masks = masksWithin(radius);
  for (let number = 0; number < bandCount; number++) {
    const band = toBand(halves, number);
    for (const i of band.order) {
      for (const j of nearInBand(i, { band, halves, masks, maxDistance })) {
        // A band before this one has given the pair where it is as near there.
        if (!isNearInBandBefore(halves, [i, j], { number, radius })) yield [i, j];
      }
    }
  }
}

interface Search {
  readonly band: Band;
  readonly halves: Halves;
  readonly masks: Uint16Array;
  readonly maxDistance: number;
}

/** The hashes behind `i` that are near it, and whose value of the band differs from its own by a mask. */
function nearInBand(i: number, { band, halves, masks, maxDistance }: Search): number[] {
  const { values, starts, order } = band;
  const near: number[] = [];
  const own = values[i] ?? 0;
  for (let at = 0; at < masks.length; at++) {
    const value = own ^ (masks[at] ?? 0);
    const end = starts[value + 1] ?? 0;
    for (let place = starts[value] ?? 0; place < end; place++) {
      const j = order[place] ?? 0;
      if (j > i && distance(halves, i, j) <= maxDistance) near.push(j);
    }
  }
  return near;
}

function toBand(halves: Halves, number: number): Band {
  const values = Uint16Array.from({ length: halves.length / 2 }, (_, i) =>
    bandOf(halves, i, number),
  );
  const starts = new Uint32Array((1 << bandBits) + 1);
  for (const value of values) starts[value + 1] = (starts[value + 1] ?? 0) + 1;
  for (let value = 0; value < 1 << bandBits; value++) {
    starts[value + 1] = (starts[value + 1] ?? 0) + (starts[value] ?? 0);
  }
  const next = starts.slice();
  const order = new Uint32Array(values.length);
  for (const [i, value] of values.entries()) {
    const at = next[value] ?? 0;
    order[at] = i;
    next[value] = at + 1;
  }
  return { values, starts, order };
}

function bandOf(halves: Halves, i: number, number: number): number {
  const half = halves[2 * i + (number >> 1)] ?? 0;
  return number % 2 === 0 ? half >>> bandBits : half & 0xffff;
}

function isNearInBandBefore(
  halves: Halves,
  [i, j]: readonly [number, number],
  { number, radius }: { readonly number: number; readonly radius: number },
): boolean {
  for (let before = 0; before < number; before++) {
    const difference = bandOf(halves, i, before) ^ bandOf(halves, j, before);
    if (countBits(difference) <= radius) return true;
  }
  return false;
}

/** All values of a band with at most `radius` bits. */
function masksWithin(radius: number): Uint16Array {
  const all = Uint16Array.from({ length: 1 << bandBits }, (_, value) => value);
  return all.filter((value) => countBits(value) <= radius);
}

function distance(halves: Halves, i: number, j: number): number {
  const high = countBits((halves[2 * i] ?? 0) ^ (halves[2 * j] ?? 0));
  return high + countBits((halves[2 * i + 1] ?? 0) ^ (halves[2 * j + 1] ?? 0));
}

// Adds neighbouring groups of bits side by side. @see Warren, "Hacker's Delight", section 5-1
function countBits(value: number): number {
  const pairs = value - ((value >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
