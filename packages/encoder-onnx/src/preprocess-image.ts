import type { RgbImage } from "@semblance/core";
import type { PixelSize } from "./image-families.ts";
import type { ImagePipeline } from "./image-pipeline.ts";
import { resizePillow } from "./resize-pillow.ts";

/**
 * Makes the function that turns a decoded image into a tower's input: `[3, height, width]`,
 * planar, as transformers' image processors do with Pillow and numpy.
 *
 * @see transformers `image_processing_backends.py` `PilBackend`, `image_transforms.py`
 */
export function createPreprocessor(pipeline: ImagePipeline): (image: RgbImage) => Float32Array {
  const table = valueTable(pipeline);
  return (image) => {
    const resized = pipeline.resize ? resize(image, pipeline.resize, pipeline.output) : image;
    return cropToPlanes(resized, pipeline.output, table);
  };
}

// A channel has 256 values, so rescaling and normalising are looked up: `[3, 256]`. Rounded to single
// precision where numpy rounds: after rescaling in double precision, after the mean, after the deviation.
function valueTable(pipeline: ImagePipeline): Float32Array {
  const table = new Float32Array(3 * 256);
  for (let i = 0; i < table.length; i++) {
    const channel = Math.trunc(i / 256);
    const rescaled = Math.fround((i % 256) * (pipeline.rescaleFactor ?? 1));
    const mean = Math.fround(pipeline.normalize?.mean[channel] ?? 0);
    const std = Math.fround(pipeline.normalize?.std[channel] ?? 1);
    table[i] = Math.fround(rescaled - mean) / std;
  }
  return table;
}

// Only what the crop keeps is made: the rest of a long and narrow image would not fit into memory.
function resize(
  image: RgbImage,
  step: NonNullable<ImagePipeline["resize"]>,
  kept: PixelSize,
): RgbImage {
  const to = "width" in step.to ? step.to : shortestEdgeSize(image, step.to.shortestEdge);
  const [left, width] = centerSpan(to.width, kept.width);
  const [top, height] = centerSpan(to.height, kept.height);
  const window = { left, top, width, height };
  return resizePillow({ image, width: to.width, height: to.height, kernel: step.kernel, window });
}

// Where a center crop begins and how much it keeps; all of what is shorter than the crop.
function centerSpan(length: number, kept: number): readonly [number, number] {
  return length <= kept ? [0, length] : [Math.floor((length - kept) / 2), kept];
}

/** The size whose shorter edge is `edge`, the longer cut to whole pixels: `get_resize_output_image_size`. */
function shortestEdgeSize({ width, height }: PixelSize, edge: number): PixelSize {
  return width <= height
    ? { width: edge, height: Math.trunc((edge * height) / width) }
    : { width: Math.trunc((edge * width) / height), height: edge };
}

// `center_crop` of transformers: floors the offset also where it is negative, and fills up with 0.
function cropToPlanes(image: RgbImage, size: PixelSize, table: Float32Array): Float32Array {
  const { rgb } = image;
  const { width, height } = size;
  const plane = width * height;
  const top = Math.floor((image.height - height) / 2);
  const left = Math.floor((image.width - width) / 2);
  const planes = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    const values = table.subarray(channel * 256, (channel + 1) * 256);
    planes.fill(values[0] ?? 0, channel * plane, (channel + 1) * plane);
    for (let y = Math.max(0, -top); y < Math.min(height, image.height - top); y++) {
      const from = ((y + top) * image.width + left) * 3 + channel;
      const to = channel * plane + y * width;
      const end = Math.min(width, image.width - left);
      for (let x = Math.max(0, -left); x < end; x++) {
        planes[to + x] = values[rgb[from + x * 3] ?? 0] ?? 0;
      }
    }
  }
  return planes;
}
