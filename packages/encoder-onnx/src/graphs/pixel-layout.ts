import type { Channels, PixelSize } from "../images/image-families.ts";

/** How bytes became values: `(byte · rescaleFactor - mean) / std`, per channel. */
export interface PixelValues {
  readonly rescaleFactor: number;
  readonly mean: Channels;
  readonly std: Channels;
}

/**
 * The bytes that values were made of, exactly: single precision keeps them some 10,000 times finer
 * than a step.
 *
 * @param run - How many values of a channel stand side by side: `height · width` in planes, 1 where
 * channels stand last.
 */
export function toBytes(
  pixels: Float32Array,
  run: number,
  { rescaleFactor, mean, std }: PixelValues,
): Uint8Array {
  const bytes = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const channel = Math.trunc(i / run) % 3;
    const value = (pixels[i] ?? 0) * (std[channel] ?? 1) + (mean[channel] ?? 0);
    bytes[i] = Math.round(value / rescaleFactor);
  }
  return bytes;
}

/** `[batch, 3, height, width]` as `[batch, height, width, 3]`. */
export function toChannelsLast(planes: Float32Array, { height, width }: PixelSize): Float32Array {
  const size = height * width;
  const pixels = new Float32Array(planes.length);
  for (let i = 0; i < planes.length; i++) {
    const plane = Math.trunc(i / size);
    const image = Math.trunc(plane / 3);
    pixels[(image * size + (i % size)) * 3 + (plane % 3)] = planes[i] ?? 0;
  }
  return pixels;
}
