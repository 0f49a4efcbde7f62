import type { Fingerprint } from "./fingerprint.ts";
import { lumaOf } from "./luma.ts";

/** Bits in which the hashes of near duplicates differ at most. */
export const maxHashDistance = 10;
/** Correlation of the thumbnails' brightness that near duplicates have at least. */
const minCorrelation = 0.85;
/** Root mean square of brightness about its mean below which a picture shows nothing to compare. */
const minContrast = 2;
/** Root mean square of a picture's colour, in steps of 0 to 255, below which it counts as grey. */
const minColour = 8;
/** Cosine of the angle between the colours of two pictures, neither of which is grey. */
const minColourLikeness = 0.5;

/** Whether a picture has light and dark at all; a hash of one without is made of rounding. */
export function hasStructure({ thumbnail }: Fingerprint): boolean {
  const luma = centred(lumaOf(thumbnail));
  return Math.sqrt(dot(luma, luma) / luma.length) >= minContrast;
}

/**
 * Whether two pictures whose hashes are near look alike: light and dark lie in the same places, and
 * colours do where both have any. Brightness, contrast and saturation do not count.
 */
export function lookAlike(first: Fingerprint, second: Fingerprint): boolean {
  const [left, right] = [first, second].map(({ thumbnail }) => centred(lumaOf(thumbnail)));
  if (left === undefined || right === undefined) return false;
  if (cosine(left, right) < minCorrelation) return false;
  const colours = coloursOf(first.thumbnail);
  const others = coloursOf(second.thumbnail);
  const isGrey = [colours, others].some(
    (values) => Math.sqrt(dot(values, values) / values.length) < minColour,
  );
  return isGrey || cosine(colours, others) >= minColourLikeness;
}

function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

/** How far red and blue are from the brightness: `[pixels, 2]`. */
function coloursOf(thumbnail: Uint8Array): Float64Array {
  const luma = lumaOf(thumbnail);
  return Float64Array.from({ length: luma.length * 2 }, (_, i) => {
    const pixel = i >> 1;
    return (thumbnail[3 * pixel + 2 * (i % 2)] ?? 0) - (luma[pixel] ?? 0);
  });
}

function cosine(left: Float64Array, right: Float64Array): number {
  return dot(left, right) / Math.sqrt(dot(left, left) * dot(right, right));
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += (left[i] ?? 0) * (right[i] ?? 0);
  return sum;
}
