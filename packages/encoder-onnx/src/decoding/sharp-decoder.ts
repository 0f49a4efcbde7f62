import { type ImageDecoder, parseConfig } from "@semblance/core";
import { type SharpDecoderConfig, sharpDecoderConfig } from "../config.ts";
import { createImageDecoder } from "./image-decoder.ts";

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
  return createImageDecoder(parseConfig(sharpDecoderConfig, config, "decoder options"));
}
