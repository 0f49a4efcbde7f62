import type { RgbImage } from "@semblance/core";
import { precisionBits, type ResampleKernel, resampleWeights } from "./resample-kernels.ts";

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
}

/**
 * Resizes an image to the same bytes that `Image.resize` of Pillow 13 gives: 0 of 255 apart.
 *
 * Fixed-point weights, a pass along the rows and one along the columns, each rounded to 8 bits.
 * Pillow before 13 took the rows first always, so tall images can differ from it by a rounding.
 * An image that has the size already is returned as it is, not copied.
 *
 * @throws RangeError when a size is not a whole number above 0 or the pixels do not fill the image.
 * @see https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Resample.c
 */
export function resizePillow(options: ResizeOptions): RgbImage {
  const { image, width, height, kernel } = options;
  checkSize(width, height);
  if (image.rgb.length !== image.width * image.height * 3) {
    throw new RangeError(
      `An image of ${image.width}×${image.height} has ${image.width * image.height * 3} bytes, found ${image.rgb.length}.`,
    );
  }
  if (image.width === width && image.height === height) return image;
  if (kernel === "nearest") return resizeNearest(image, width, height);
  const passes: readonly Pass[] = [
    (input) => resizeRows(input, width, kernel),
    (input) => resizeColumns(input, height, kernel),
  ];
  const ordered = isColumnsFirst(image, width, height) ? passes.toReversed() : passes;
  return ordered.reduce((input, pass) => pass(input), image);
}

type Pass = (image: RgbImage) => RgbImage;

// The order decides roundings. Pillow 13 takes the height first where it loses over twice as many pixels.
function isColumnsFirst(image: RgbImage, width: number, height: number): boolean {
  const lost = image.height - height;
  return lost > 0 && lost > (image.width - width) * 2;
}

function checkSize(width: number, height: number): void {
  if (Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0) return;
  throw new RangeError(`Expected a size of whole pixels above 0, found ${width}×${height}.`);
}

const half = 1 << (precisionBits - 1);

function resizeRows(image: RgbImage, width: number, kernel: ResampleKernel): RgbImage {
  if (image.width === width) return image;
  const { rgb } = image;
  const resample = resampleWeights({ from: image.width, to: width, kernel });
  const { weights } = resample;
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

function resizeColumns(image: RgbImage, height: number, kernel: ResampleKernel): RgbImage {
  if (image.height === height) return image;
  const { rgb } = image;
  const resample = resampleWeights({ from: image.height, to: height, kernel });
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

// Pillow takes nearest through its affine transform, which adds the step up: the sum's rounding shows.
function nearestPositions(from: number, to: number): Int32Array {
  const step = from / to;
  let position = step * 0.5;
  return Int32Array.from({ length: to }, () => {
    const current = Math.trunc(position);
    position += step;
    return Math.min(current, from - 1);
  });
}

function resizeNearest(image: RgbImage, width: number, height: number): RgbImage {
  const columns = nearestPositions(image.width, width);
  const rows = nearestPositions(image.height, height);
  const rgb = new Uint8Array(width * height * 3);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * image.width + column) * 3;
      rgb.set(image.rgb.subarray(from, from + 3), to);
      to += 3;
    }
  }
  return { rgb, width, height };
}
