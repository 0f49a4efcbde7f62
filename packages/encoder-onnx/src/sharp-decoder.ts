import {
  EncoderError,
  type ImageDecoder,
  type ImageInput,
  type ImageLimits,
  parseConfig,
  type RgbImage,
} from "@semblance/core";
import sharp, { type Metadata, type Sharp } from "sharp";
import { type SharpDecoderConfig, sharpDecoderConfig } from "./config.ts";
import { describeImage } from "./describe-image.ts";
import { readImageBytes, unreadableImage } from "./image-bytes.ts";

// What Pillow reads too. Drawings (SVG, PDF) have no pixels of their own, and Pillow refuses them.
const formats: ReadonlySet<string> = new Set(["jpeg", "png", "webp", "gif", "tiff", "heif"]);

/**
 * An image decoder on sharp that gives the pixels Pillow gives for 8-bit grey, RGB, palette and
 * alpha: colour profiles are ignored, transparency is dropped without blending, the first frame of
 * an animation counts, and a file that is cut off is an error.
 *
 * Takes paths, `file:` and `data:` URLs, bytes, blobs, streams, and pixels (returned as they are).
 *
 * Files are read to memory first, so that sharp's process-wide cache, which goes by path, cannot
 * answer with the former content of a file; sharp's settings are left as the application has them.
 */
export function createSharpDecoder(config: SharpDecoderConfig = {}): ImageDecoder {
  const settings = parseConfig(sharpDecoderConfig, config, "decoder options");
  const isTurned = settings.orientation === "apply";
  return {
    decode: (input, limits) =>
      isPixels(input) ? checkPixels(input, limits) : decodeEncoded(input, limits, isTurned),
  };
}

function isPixels(input: ImageInput): input is RgbImage {
  return typeof input === "object" && input !== null && "rgb" in input;
}

async function checkPixels(image: RgbImage, limits: ImageLimits): Promise<RgbImage> {
  const { width, height, rgb } = image;
  if (!(rgb instanceof Uint8Array)) throw unreadableImage(image, "rgb is not a Uint8Array");
  const isWhole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (!isWhole || rgb.length !== width * height * 3) {
    throw unreadableImage(
      image,
      `${rgb.length} bytes are not [${height}, ${width}, 3], 8 bits each`,
    );
  }
  checkSize(image, image, limits);
  return image;
}

async function decodeEncoded(
  input: Exclude<ImageInput, RgbImage>,
  limits: ImageLimits,
  isTurned: boolean,
): Promise<RgbImage> {
  const bytes = await readImageBytes(input, limits.maxBytes);
  try {
    const image = sharp(bytes, {
      ignoreIcc: true,
      // Pillow raises for what is cut off, and passes over other damage as libjpeg does.
      failOn: "truncated",
      // Checked below, before pixels are decoded, with a message of our own.
      limitInputPixels: false,
    });
    const metadata = await image.metadata();
    checkMetadata(input, metadata, limits);
    return await readPixels(isTurned ? image.autoOrient() : image);
  } catch (error) {
    if (EncoderError.isInstance(error)) throw error;
    throw unreadableImage(input, reasonOf(error), error);
  }
}

function checkMetadata(input: ImageInput, metadata: Metadata, limits: ImageLimits): void {
  if (!formats.has(metadata.format)) {
    throw unreadableImage(input, `${metadata.format} is not a picture format that is read here`);
  }
  checkSize(input, { width: metadata.width, height: metadata.height }, limits);
}

function checkSize(
  input: ImageInput,
  { width, height }: { readonly width: number; readonly height: number },
  limits: ImageLimits,
): void {
  if (width * height <= limits.maxPixels) return;
  throw new EncoderError({
    code: "IMAGE_TOO_LARGE",
    message: `${describeImage(input)} has ${width}×${height} pixels; the limit is ${limits.maxPixels}.`,
    fix: "Raise limits.maxPixels if you trust the image.",
  });
}

async function readPixels(image: Sharp): Promise<RgbImage> {
  const { data, info } = await image
    .removeAlpha()
    .toColourspace("srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const rgb = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { rgb, width: info.width, height: info.height };
}

// libvips names its own parts before the reason, and may repeat it line by line.
function reasonOf(error: unknown): string {
  const [first = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  if (/unsupported image format/i.test(first)) return "it is not a picture in a known format";
  const reason = first
    .replace(/^Input buffer has corrupt header: /i, "")
    .replace(/^\w+: /, "")
    .replace(/\.$/, "");
  return `its data is damaged or cut off (${reason})`;
}
