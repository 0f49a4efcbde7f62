import type { RgbImage } from "@semblance/core";
import { cachedWeights } from "./cached-weights.ts";
import { resampleImage } from "./resample-image.ts";
import type { ResampledAxis, ResampleKernel } from "./resample-kernels.ts";
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
  return resampleImage({
    image,
    across: cachedWeights(horizontal, kernel),
    down: cachedWeights(vertical, kernel),
    isColumnsFirst: isColumnsFirst(image, width, height),
  });
}

function isUnchanged({ from, to, length }: ResampledAxis): boolean {
  return from === to && to === length;
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
