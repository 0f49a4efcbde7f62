import type { RgbImage } from "@semblance/core";
import { lumaOf } from "./luma.ts";
import { shrinkPixels } from "./shrink-pixels.ts";

/** What near duplicates of a picture have in common with it. */
export interface Fingerprint {
  /** 64 bits: the high and the low half as unsigned integers. */
  readonly hash: readonly [high: number, low: number];
  /** The picture as `[16, 16, 3]`, 0 to 255. */
  readonly thumbnail: Uint8Array;
}

/** Cells along a side of what is transformed, and of the block of frequencies that is kept. */
const cells = 32;
const frequencies = 8;

/** `cosines[frequency * cells + position]` of the discrete cosine transform, type II. */
const cosines: Float64Array = Float64Array.from({ length: frequencies * cells }, (_, i) => {
  const [frequency, position] = [Math.floor(i / cells), i % cells];
  return Math.cos((Math.PI * (2 * position + 1) * frequency) / (2 * cells));
});

/**
 * Perceptual hash and thumbnail of a picture.
 *
 * The hash is pHash: brightness (ITU-R BT.601) averaged over 32 × 32 cells, the 8 × 8 lowest
 * frequencies of its discrete cosine transform, a bit each for being above their median, in row-major
 * order from the highest bit. The constant, which says nothing but how bright the picture is, has the
 * bit 0 and no part in the median.
 *
 * @see Zauner 2010, "Implementation and Benchmarking of Perceptual Image Hash Functions",
 * which leaves out the first row and column of frequencies; with them, crops are found a little further.
 */
export function fingerprintOf(image: RgbImage): Fingerprint {
  const shrunk = shrinkPixels(image, cells);
  const coefficients = lowFrequencies(lumaOf(shrunk));
  const sorted = coefficients.subarray(1).toSorted();
  const median = sorted[(sorted.length - 1) / 2] ?? 0;
  const halves: [number, number] = [0, 0];
  for (let i = 1; i < coefficients.length; i++) {
    const half = i < 32 ? 0 : 1;
    if ((coefficients[i] ?? 0) > median) halves[half] |= 1 << (31 - (i % 32));
  }
  return { hash: [halves[0] >>> 0, halves[1] >>> 0], thumbnail: halve(shrunk) };
}

/** `[32, 32]` brightness to `[8, 8]` coefficients. */
function lowFrequencies(luma: Float64Array): Float64Array {
  const alongRows = new Float64Array(cells * frequencies);
  for (let y = 0; y < cells; y++) {
    for (let frequency = 0; frequency < frequencies; frequency++) {
      alongRows[frequency * cells + y] = transform(luma.subarray(y * cells), frequency);
    }
  }
  const coefficients = new Float64Array(frequencies * frequencies);
  for (let i = 0; i < coefficients.length; i++) {
    const [vertical, horizontal] = [Math.floor(i / frequencies), i % frequencies];
    coefficients[i] = transform(alongRows.subarray(horizontal * cells), vertical);
  }
  return coefficients;
}

function transform(values: Float64Array, frequency: number): number {
  let sum = 0;
  for (let i = 0; i < cells; i++) {
    sum += (values[i] ?? 0) * (cosines[frequency * cells + i] ?? 0);
  }
  return sum;
}

/** Averages blocks of 2 × 2 cells. */
function halve(shrunk: Float64Array): Uint8Array {
  const size = cells / 2;
  return Uint8Array.from({ length: size * size * 3 }, (_, i) => {
    const [y, x, channel] = [Math.floor(i / (size * 3)), Math.floor(i / 3) % size, i % 3];
    const at = (2 * y * cells + 2 * x) * 3 + channel;
    const block = [at, at + 3, at + cells * 3, at + cells * 3 + 3];
    return Math.round(block.reduce((sum, cell) => sum + (shrunk[cell] ?? 0), 0) / 4);
  });
}
