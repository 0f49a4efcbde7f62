import type { RgbImage } from "@semblance/core";
import { cropStart, resizedSize } from "../resizing/image-geometry.ts";
import { resizePillow } from "../resizing/resize-pillow.ts";
import { freeMemory } from "../threads/free-memory.ts";
import type { ImagePipeline } from "./image-pipeline.ts";

/**
 * Makes the function that turns a decoded image into a tower's input: `[3, height, width]`,
 * planar, as transformers' image processors do with Pillow and numpy, or open_clip with torchvision.
 * It writes all of `planes`, and gives them back.
 *
 * @see transformers `image_processing_backends.py` `PilBackend`, `image_transforms.py`
 */
export function createPreprocessor(
  pipeline: ImagePipeline,
): (image: RgbImage, planes?: Float32Array) => Float32Array {
  const table = valueTable(pipeline);
  const length = planesLength(pipeline);
  return (image, planes = new Float32Array(length)) => {
    const resized = pipeline.resize ? resize(image, pipeline.resize, pipeline) : image;
    cropToPlanes(resized, pipeline, table, planes);
    if (resized !== image) freeMemory(resized.rgb);
    return planes;
  };
}

/** How many numbers a tower's input of one image has. */
export function planesLength({ output }: ImagePipeline): number {
  return 3 * output.height * output.width;
}

// A channel has 256 values, so rescaling and normalising are looked up: `[3, 256]`. Rounded to single
// precision where numpy rounds: after rescaling in double precision, after the mean, after the deviation.
function valueTable({ rescaleFactor = 1, normalize, style }: ImagePipeline): Float32Array {
  const table = new Float32Array(3 * 256);
  for (let i = 0; i < table.length; i++) {
    const channel = Math.trunc(i / 256);
    // torchvision divides by 255; times its reciprocal is not always the same.
    const rescaled = style === undefined ? (i % 256) * rescaleFactor : (i % 256) / 255;
    const mean = Math.fround(normalize?.mean[channel] ?? 0);
    const std = Math.fround(normalize?.std[channel] ?? 1);
    table[i] = Math.fround(Math.fround(rescaled) - mean) / std;
  }
  return table;
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

function cropToPlanes(
  image: RgbImage,
  { output, style, fill = 0 }: ImagePipeline,
  table: Float32Array,
  planes: Float32Array,
): void {
  const { rgb } = image;
  const { width, height } = output;
  const plane = width * height;
  const top = cropStart(image.height, height, style);
  const left = cropStart(image.width, width, style);
  if (image.width < width || image.height < height) fillPlanes(planes, table, fill);
  const begin = Math.max(0, -left);
  const end = Math.min(width, image.width - left);
  for (let y = Math.max(0, -top); y < Math.min(height, image.height - top); y++) {
    let from = ((y + top) * image.width + left + begin) * 3;
    for (let to = y * width + begin; to < y * width + end; to++) {
      planes[to] = table[rgb[from] ?? 0] ?? 0;
      planes[to + plane] = table[(rgb[from + 1] ?? 0) + 256] ?? 0;
      planes[to + 2 * plane] = table[(rgb[from + 2] ?? 0) + 512] ?? 0;
      from += 3;
    }
  }
}

function fillPlanes(planes: Float32Array, table: Float32Array, fill: number): void {
  const plane = planes.length / 3;
  for (let channel = 0; channel < 3; channel++) {
    planes.fill(table[channel * 256 + fill] ?? 0, channel * plane, (channel + 1) * plane);
  }
}
