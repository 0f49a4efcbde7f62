import type { RgbImage } from "@semblance/core";
import { cropStart, resizedSize } from "../resizing/image-geometry.ts";
import { resizePillow } from "../resizing/resize-pillow.ts";
import { freeMemory } from "../threads/free-memory.ts";
import type { PixelSize } from "./image-families.ts";
import type { ImagePipeline } from "./image-pipeline.ts";

/**
 * Makes the function that gives a decoded image the size that a tower takes, `[height, width, 3]`, with
 * the bytes that transformers' image processors make with Pillow, or open_clip with torchvision. It
 * writes all of `pixels`, and gives them back.
 *
 * @see transformers `image_processing_backends.py` `PilBackend`, `image_transforms.py`
 */
export function createPreprocessor(
  pipeline: ImagePipeline,
): (image: RgbImage, pixels?: Uint8Array) => Uint8Array {
  const length = bytesOf(pipeline.output);
  return (image, pixels = new Uint8Array(length)) => {
    const resized = pipeline.resize ? resize(image, pipeline.resize, pipeline) : image;
    crop(resized, pipeline, pixels);
    if (resized !== image) freeMemory(resized.rgb);
    return pixels;
  };
}

/** How many bytes an image of a size has. */
export function bytesOf({ width, height }: PixelSize): number {
  return width * height * 3;
}

// Only what the crop keeps is made: the rest of a long and narrow image would not fit into memory.
function resize(
  image: RgbImage,
  { to, kernel }: NonNullable<ImagePipeline["resize"]>,
  { output, style }: ImagePipeline,
): RgbImage {
  const { width, height } = resizedSize(image, to);
  const [left, keptWidth] = keptSpan(width, output.width, style);
  const [top, keptHeight] = keptSpan(height, output.height, style);
  const window = { left, top, width: keptWidth, height: keptHeight };
  return resizePillow({ image, width, height, kernel, window });
}

// Where a center crop begins and how much it keeps; all of what is shorter than the crop.
function keptSpan(
  length: number,
  kept: number,
  style: ImagePipeline["style"],
): readonly [number, number] {
  return length <= kept ? [0, length] : [cropStart(length, kept, style), kept];
}

function crop(
  image: RgbImage,
  { output, style, fill = 0 }: ImagePipeline,
  pixels: Uint8Array,
): void {
  const { width, height } = output;
  const top = cropStart(image.height, height, style);
  const left = cropStart(image.width, width, style);
  if (image.width < width || image.height < height) pixels.fill(fill);
  const begin = Math.max(0, -left);
  const kept = Math.min(width, image.width - left) - begin;
  for (let y = Math.max(0, -top); y < Math.min(height, image.height - top); y++) {
    const from = ((y + top) * image.width + left + begin) * 3;
    pixels.set(image.rgb.subarray(from, from + kept * 3), (y * width + begin) * 3);
  }
}
