/** Bits of a band; a hash of 64 bits has four. */
const bandBits = 16;
const bandCount = 4;

/** A 64-bit hash: the high and the low half as unsigned integers. */
type Hash = readonly [high: number, low: number];

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
 * only such are compared: some ten seconds' work of comparing all 100,000 with all becomes one.
 *
 * @see Norouzi, Punjani and Fleet 2012, "Fast Search in Hamming Space with Multi-Index Hashing"
 */
export function* nearHashes(
  hashes: readonly Hash[],
  maxDistance: number,
): Generator<[number, number], void, undefined> {
  const radius = Math.floor(maxDistance / bandCount);
  const masks = masksWithin(radius);
  for (let number = 0; number < bandCount; number++) {
    const band = toBand(hashes, number);
    for (const [i, hash] of hashes.entries()) {
      for (const j of hashesNearInBand(band, i, masks)) {
        const other = hashes[j];
        if (other === undefined || distance(hash, other) > maxDistance) continue;
        // A band before this one has given the pair where it is as near there.
        if (!isNearInBandBefore(hash, other, { number, radius })) yield [i, j];
      }
    }
  }
}

/** The hashes behind `i` whose value of the band differs from its own by a mask. */
function hashesNearInBand(band: Band, i: number, masks: readonly number[]): number[] {
  const near: number[] = [];
  for (const mask of masks) {
    const value = (band.values[i] ?? 0) ^ mask;
    const end = band.starts[value + 1] ?? 0;
    for (let at = band.starts[value] ?? 0; at < end; at++) {
      const j = band.order[at] ?? 0;
      if (j > i) near.push(j);
    }
  }
  return near;
}

function toBand(hashes: readonly Hash[], number: number): Band {
  const values = Uint16Array.from(hashes, (hash) => bandOf(hash, number));
  const starts = new Uint32Array((1 << bandBits) + 1);
  for (const value of values) starts[value + 1] = (starts[value + 1] ?? 0) + 1;
  for (let value = 0; value < 1 << bandBits; value++) {
    starts[value + 1] = (starts[value + 1] ?? 0) + (starts[value] ?? 0);
  }
  const next = starts.slice();
  const order = new Uint32Array(hashes.length);
  for (const [i, value] of values.entries()) {
    const at = next[value] ?? 0;
    order[at] = i;
    next[value] = at + 1;
  }
  return { values, starts, order };
}

function bandOf([high, low]: Hash, number: number): number {
  const half = number < 2 ? high : low;
  return number % 2 === 0 ? half >>> bandBits : half & 0xffff;
}

function isNearInBandBefore(
  first: Hash,
  second: Hash,
  { number, radius }: { readonly number: number; readonly radius: number },
): boolean {
  for (let before = 0; before < number; before++) {
    if (countBits(bandOf(first, before) ^ bandOf(second, before)) <= radius) return true;
  }
  return false;
}

/** All values of a band with at most `radius` bits. */
function masksWithin(radius: number): number[] {
  const all = Array.from({ length: 1 << bandBits }, (_, value) => value);
  return all.filter((value) => countBits(value) <= radius);
}

function distance(first: Hash, second: Hash): number {
  return countBits(first[0] ^ second[0]) + countBits(first[1] ^ second[1]);
}

// Adds neighbouring groups of bits side by side. @see Warren, "Hacker's Delight", section 5-1
function countBits(value: number): number {
  const pairs = value - ((value >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
