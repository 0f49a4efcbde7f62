import type { PixelSize } from "../images/image-families.ts";
import type { ImagePipeline } from "../images/image-pipeline.ts";

/** The size that the whole image is resized to; at least one pixel on either side. */
export function resizedSize(
  image: PixelSize,
  to: NonNullable<ImagePipeline["resize"]>["to"],
): PixelSize {
  if ("shortestEdge" in to) return shortestEdgeSize(image, to.shortestEdge);
  if ("cover" in to) return scaledSize(image, Math.min(...ratios(image, to.cover)));
  if ("contain" in to) return scaledSize(image, Math.max(...ratios(image, to.contain)));
  return to;
}

// The longer edge is cut to whole pixels: `get_resize_output_image_size` of transformers.
function shortestEdgeSize({ width, height }: PixelSize, edge: number): PixelSize {
  return width <= height
    ? { width: edge, height: Math.trunc((edge * height) / width) }
    : { width: Math.trunc((edge * width) / height), height: edge };
}

function ratios(image: PixelSize, to: PixelSize): [number, number] {
  return [image.height / to.height, image.width / to.width];
}

// `ResizeKeepRatio` of open_clip.
function scaledSize({ width, height }: PixelSize, ratio: number): PixelSize {
  const toLength = (length: number) => Math.max(1, roundHalfToEven(length / ratio));
  return { width: toLength(width), height: toLength(height) };
}

/**
 * Where a center crop begins, negative where the image is the shorter one.
 *
 * @see transformers `image_transforms.py` `center_crop`; open_clip `transform.py` `center_crop_or_pad`
 */
export function cropStart(length: number, kept: number, style: ImagePipeline["style"]): number {
  const start = (length - kept) / 2;
  if (style === undefined) return Math.floor(start);
  return start < 0 ? Math.ceil(start) : roundHalfToEven(start);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const isUp = value - floor > 0.5 || (value - floor === 0.5 && floor % 2 === 1);
  return isUp ? floor + 1 : floor;
}
