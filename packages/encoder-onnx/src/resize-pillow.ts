import type { RgbImage } from "@semblance/core";
import {
  precisionBits,
  type ResampledAxis,
  type ResampleKernel,
  type ResampleWeights,
  resampleWeights,
} from "./resample-kernels.ts";
import { resizeNearest } from "./resize-nearest.ts";

/** Pillow's resampling filters, by name. */
export type ResizeKernel = "nearest" | ResampleKernel;

/** What {@link resizePillow} takes. */
export interface ResizeOptions {
  readonly image: RgbImage;
  /** Width of the result in pixels, at least 1. */
  readonly width: number;
  /** Height of the result in pixels, at least 1. */
  readonly height: number;
  readonly kernel: ResizeKernel;
  /** The part of the result to make: the bytes that it has there. @defaultValue all of it */
  readonly window?: ResizeWindow | undefined;
}

/** A part of a resized image, in its pixels; within it. */
export interface ResizeWindow {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Resizes an image to the same bytes that `Image.resize` of Pillow 13 gives: 0 of 255 apart.
 *
 * Fixed-point weights, a pass along the rows and one along the columns, each rounded to 8 bits.
 * Pillow before 13 took the rows first always, so tall images can differ from it by a rounding.
 * An image that has the size already is returned as it is, not copied. Memory is bounded by the input
 * and the window, not by the whole result.
 *
 * @throws RangeError when a size is not a whole number above 0, the window is not within the result,
 * or the pixels do not fill the image.
 * @see https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Resample.c
 */
export function resizePillow(options: ResizeOptions): RgbImage {
  const { image, width, height, kernel } = options;
  const window = options.window ?? { left: 0, top: 0, width, height };
  checkSize(width, height);
  checkWindow(window, width, height);
  if (image.rgb.length !== image.width * image.height * 3) {
    throw new RangeError(
      `An image of ${image.width}×${image.height} has ${image.width * image.height * 3} bytes, found ${image.rgb.length}.`,
    );
  }
  const horizontal = { from: image.width, to: width, first: window.left, length: window.width };
  const vertical = { from: image.height, to: height, first: window.top, length: window.height };
  if (isUnchanged(horizontal) && isUnchanged(vertical)) return image;
  if (kernel === "nearest") return resizeNearest(image, horizontal, vertical);
  const across = resampleWeights(horizontal, kernel);
  const down = resampleWeights(vertical, kernel);
  if (isColumnsFirst(image, width, height)) return resizeRows(resizeColumns(image, down), across);
  const needed = cutRows(image, down);
  return resizeColumns(resizeRows(needed.image, across), needed.down);
}

function isUnchanged({ from, to, length }: ResampledAxis): boolean {
  return from === to && to === length;
}

// Only the rows that the second pass reads; the weights count from the first of them.
function cutRows(
  { rgb, width }: RgbImage,
  down: ResampleWeights,
): { readonly image: RgbImage; readonly down: ResampleWeights } {
  const last = down.start.length - 1;
  const first = down.start[0] ?? 0;
  const end = (down.start[last] ?? 0) + (down.count[last] ?? 0);
  return {
    image: { rgb: rgb.subarray(first * width * 3, end * width * 3), width, height: end - first },
    down: { ...down, start: down.start.map((row) => row - first) },
  };
}

// The order decides roundings. Pillow 13 takes the height first where it loses over twice as many pixels.
function isColumnsFirst(image: RgbImage, width: number, height: number): boolean {
  const lost = image.height - height;
  return lost > 0 && lost > (image.width - width) * 2;
}

function checkSize(width: number, height: number): void {
  if (Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0) return;
  throw new RangeError(`Expected a size of whole pixels above 0, found ${width}×${height}.`);
}

function checkWindow(window: ResizeWindow, width: number, height: number): void {
  const { left, top } = window;
  const isWhole = [left, top, window.width, window.height].every(Number.isInteger);
  const isWithin =
    left >= 0 && top >= 0 && left + window.width <= width && top + window.height <= height;
  if (isWhole && isWithin && window.width > 0 && window.height > 0) return;
  throw new RangeError(
    `Expected a window of whole pixels within ${width}×${height}, found ${window.width}×${window.height} at ${left}, ${top}.`,
  );
}

const half = 1 << (precisionBits - 1);

function resizeRows(image: RgbImage, resample: ResampleWeights): RgbImage {
  const { rgb } = image;
  const { weights } = resample;
  const width = resample.start.length;
  const out = new Uint8ClampedArray(width * image.height * 3);
  for (let x = 0; x < width; x++) {
    const firstWeight = x * resample.width;
    const endWeight = firstWeight + (resample.count[x] ?? 0);
    const firstPixel = (resample.start[x] ?? 0) * 3;
    for (let y = 0; y < image.height; y++) {
      let red = half;
      let green = half;
      let blue = half;
      let from = y * image.width * 3 + firstPixel;
      for (let k = firstWeight; k < endWeight; k++) {
        const weight = weights[k] ?? 0;
        red += (rgb[from] ?? 0) * weight;
        green += (rgb[from + 1] ?? 0) * weight;
        blue += (rgb[from + 2] ?? 0) * weight;
        from += 3;
      }
      const to = (y * width + x) * 3;
      out[to] = red >> precisionBits;
      out[to + 1] = green >> precisionBits;
      out[to + 2] = blue >> precisionBits;
    }
  }
  return { rgb: new Uint8Array(out.buffer), width, height: image.height };
}

function resizeColumns(image: RgbImage, resample: ResampleWeights): RgbImage {
  const { rgb } = image;
  const height = resample.start.length;
  const stride = image.width * 3;
  const out = new Uint8ClampedArray(stride * height);
  const sums = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(half);
    const firstWeight = y * resample.width;
    const firstRow = resample.start[y] ?? 0;
    for (let k = 0; k < (resample.count[y] ?? 0); k++) {
      const weight = resample.weights[firstWeight + k] ?? 0;
      const from = (firstRow + k) * stride;
      for (let i = 0; i < stride; i++) sums[i] = (sums[i] ?? 0) + (rgb[from + i] ?? 0) * weight;
    }
    const to = y * stride;
    for (let i = 0; i < stride; i++) out[to + i] = (sums[i] ?? 0) >> precisionBits;
  }
  return { rgb: new Uint8Array(out.buffer), width: image.width, height };
}
