import type { ImageDecoder, ImageInput, ImageLimits, RgbImage } from "@semblance/core";
import type { SharpDecoderSettings } from "../config.ts";
import type { FetchImage } from "../fetching/fetch-image.ts";
import type { RemoteImagesSettings } from "../fetching/remote-images.ts";
import { freeMemory } from "../threads/free-memory.ts";
import { readImageBytes } from "./image-bytes.ts";
import { tooManyPixels, unreadableImage } from "./image-failures.ts";
import { findFormat, type ImageFormat } from "./image-format.ts";

/** Seconds for one image: several times what 100 million pixels take on a slow machine. */
const timeLimit = 60;

/** {@link createSharpDecoder} with its options checked: threads that decode load no schemas. */
export function createImageDecoder(settings: SharpDecoderSettings): ImageDecoder {
  const isTurned = settings.orientation === "apply";
  const fetchImage = settings.remote === false ? undefined : imageFetcher(settings.remote);
  return {
    decode: async (input, limits) => {
      if (isPixels(input)) return checkPixels(input, limits);
      const bytes = await readImageBytes(input, limits.maxBytes, fetchImage);
      const format = requireFormat(input, bytes);
      // A process that decodes in threads has no need of the library itself.
      const { decodePicture } = await import("./decode-picture.ts");
      const image = await decodePicture({ input, bytes, ...format, limits, isTurned, timeLimit });
      if (bytes !== input) freeMemory(bytes);
      return image;
    },
  };
}

// Node's HTTPS takes 8 MB, which those who fetch nothing need not spend.
function imageFetcher(settings: RemoteImagesSettings): FetchImage {
  let loading: Promise<FetchImage> | undefined;
  return async (...request) => {
    loading ??= import("../fetching/fetch-image.ts").then((module) =>
      module.createImageFetcher(settings),
    );
    return (await loading)(...request);
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
