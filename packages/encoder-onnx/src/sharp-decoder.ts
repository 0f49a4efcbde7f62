import {
  EncoderError,
  type ImageDecoder,
  type ImageInput,
  type ImageLimits,
  parseConfig,
  type RgbImage,
} from "@semblance/core";
import { type SharpDecoderConfig, sharpDecoderConfig } from "./config.ts";
import { decodePicture, type PictureToDecode } from "./decode-picture.ts";
import { createImageFetcher } from "./fetch-image.ts";
import { readImageBytes } from "./image-bytes.ts";
import { tooManyPixels, unreadableImage } from "./image-failures.ts";
import { findFormat, type ImageFormat } from "./image-format.ts";

/** Seconds for one image: several times what 100 million pixels take on a slow machine. */
const timeLimit = 60;

/**
 * An image decoder on sharp that gives the pixels Pillow's `convert("RGB")` gives: colour profiles
 * are ignored, transparency is dropped without blending, inks are converted by Pillow's formula, the
 * first frame of an animation counts, and a file that is cut off is an error. The exceptions are in
 * the README, measured.
 *
 * Takes paths, `file:` and `data:` URLs, bytes, blobs, streams, and pixels (returned as they are);
 * `https:` URLs where `remote` allows them.
 *
 * Files are read to memory first, so that sharp's process-wide cache, which goes by path, cannot
 * answer with the former content of a file; sharp's settings are left as the application has them.
 */
export function createSharpDecoder(config: SharpDecoderConfig = {}): ImageDecoder {
  const settings = parseConfig(sharpDecoderConfig, config, "decoder options");
  const isTurned = settings.orientation === "apply";
  const fetchImage = settings.remote === false ? undefined : createImageFetcher(settings.remote);
  return {
    decode: async (input, limits) => {
      if (isPixels(input)) return checkPixels(input, limits);
      const bytes = await readImageBytes(input, limits.maxBytes, fetchImage);
      return decodeBytes({ input, bytes, limits, isTurned, timeLimit });
    },
  };
}

function isPixels(input: ImageInput): input is RgbImage {
  return typeof input === "object" && input !== null && "rgb" in input;
}

function checkPixels(image: RgbImage, limits: ImageLimits): RgbImage {
  const { width, height, rgb } = image;
  if (!(rgb instanceof Uint8Array)) throw unreadableImage(image, "rgb is not a Uint8Array");
  const isWhole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (!isWhole || rgb.length !== width * height * 3) {
    throw unreadableImage(
      image,
      `${rgb.length} bytes are not [${height}, ${width}, 3], 8 bits each`,
    );
  }
  if (width * height > limits.maxPixels) throw tooManyPixels(image, image, limits.maxPixels);
  return image;
}

async function decodeBytes(picture: Omit<PictureToDecode, "format">): Promise<RgbImage> {
  const { input, bytes } = picture;
  const { format, isHevc } = requireFormat(input, bytes);
  try {
    return await decodePicture({ ...picture, format });
  } catch (error) {
    if (EncoderError.isInstance(error)) throw error;
    throw isHevc ? noHevc(input, error) : unreadableImage(input, reasonOf(error), { cause: error });
  }
}

function requireFormat(
  input: ImageInput,
  bytes: Uint8Array,
): { readonly format: ImageFormat; readonly isHevc?: boolean } {
  const found = findFormat(bytes);
  if (found.format !== undefined) return found;
  throw found.name === undefined
    ? unreadableImage(input, "it is not a picture in a known format")
    : unreadableImage(input, `it is ${found.name}, which is not read here`, {
        fix: "Convert it to JPEG, PNG or WebP.",
      });
}

function noHevc(input: ImageInput, cause: unknown): Error {
  return unreadableImage(input, "it is a HEIC, and this build of sharp has no HEVC decoder", {
    cause,
    fix: "Convert it to JPEG, or build sharp with a libvips that has libheif with libde265.",
  });
}

// libvips names its own parts before the reason, and may repeat it line by line.
function reasonOf(error: unknown): string {
  const [first = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  if (/^timeout: /.test(first)) return `it took longer than ${timeLimit} s to decode`;
  const reason = first
    .replace(/^Input buffer (has corrupt header: |contains )/i, "")
    .replace(/^\w+: /, "")
    .replace(/\.$/, "");
  return `its data is damaged or cut off (${reason})`;
}
