import type { RgbImage } from "@semblance/core";
import sharp, { type Metadata, type Sharp } from "sharp";
import { cmykToRgb, highBytes, yCbCrToRgb } from "./convert-pixels.ts";
import { decodeFailure } from "./decode-failure.ts";
import { fillAroundFrame, firstGifFrame } from "./first-gif-frame.ts";
import { tooManyPixels, unreadableImage } from "./image-failures.ts";
import { readJpegHeader } from "./jpeg-header.ts";
import type { PictureToDecode } from "./picture-to-decode.ts";
import { withoutLongText } from "./png-text.ts";
import { type StatedSize, statedSizes } from "./stated-sizes.ts";
import { firstTiffPage, readTiffStorage } from "./tiff-tags.ts";

/** Most passes of a progressive JPEG; libtiff has the same limit, and photos about ten. */
const maxScans = 100;

/**
 * The pixels of a picture as Pillow's `convert("RGB")` has them.
 *
 * @throws EncoderError `IMAGE_TOO_LARGE` by its header, before pixels are decoded, or
 * `IMAGE_UNREADABLE`.
 */
export async function decodePicture(picture: PictureToDecode): Promise<RgbImage> {
  try {
    return await decode(picture);
  } catch (error) {
    throw decodeFailure(picture, error);
  }
}

async function decode(picture: PictureToDecode): Promise<RgbImage> {
  for (const size of statedSizes(picture.format, picture.bytes)) checkSize(picture, size);
  const frame = picture.format === "gif" ? firstGifFrame(picture.bytes) : undefined;
  const colours = readJpegColours(picture);
  const image = sharp(frame?.bytes ?? withoutBallast(picture), {
    ignoreIcc: true,
    // Pillow raises for what is cut off, and passes over other damage as libjpeg does. Of a TIFF that is
    // cut off, libvips makes an error of another kind.
    failOn: picture.format === "tiff" ? "error" : "truncated",
    // Checked by ourselves, with a message of our own; again where only we have read the header.
    limitInputPixels: colours ? picture.limits.maxPixels : false,
  });
  const stored = colours ?? (await readColours(image, picture));
  // Pillow turns a TIFF while it opens it, so that nobody sees it as it is stored.
  const isTurned = picture.isTurned || picture.format === "tiff";
  const read = { isTurned, timeLimit: picture.timeLimit };
  const decoded = await readPixels(image, stored, read);
  if (frame !== undefined) fillAroundFrame(decoded, frame);
  return isStoredAsYCbCr(picture) ? { ...decoded, rgb: yCbCrToRgb(decoded.rgb) } : decoded;
}

function withoutBallast({ format, bytes }: PictureToDecode): Uint8Array {
  if (format === "tiff") return firstTiffPage(bytes);
  return format === "png" ? withoutLongText(bytes) : bytes;
}

/** How colours are stored, as sharp names it. */
type StoredColours = Pick<Metadata, "space" | "depth">;

// Spares the usual photo a parse by libvips. Inks and other rarities are left to it.
function readJpegColours(picture: PictureToDecode): StoredColours | undefined {
  if (picture.format !== "jpeg") return undefined;
  const { frame, scans } = readJpegHeader(picture.bytes, maxScans);
  if (scans > maxScans) {
    throw unreadableImage(picture.input, `it makes more than ${maxScans} passes over its pixels`);
  }
  if (frame?.depth !== 8 || ![1, 3].includes(frame.components)) return undefined;
  checkSize(picture, frame);
  return { space: frame.components === 1 ? "b-w" : "srgb", depth: "uchar" };
}

async function readColours(image: Sharp, picture: PictureToDecode): Promise<StoredColours> {
  const metadata = await image.metadata();
  // sharp looks at the bytes by itself: nothing but what we found may come of them.
  if (metadata.format !== picture.format) {
    throw unreadableImage(picture.input, "its kind cannot be told");
  }
  checkSize(picture, metadata);
  return metadata;
}

function checkSize({ input, limits }: PictureToDecode, size: StatedSize): void {
  if (size.width * size.height <= limits.maxPixels) return;
  throw tooManyPixels(input, size, limits.maxPixels);
}

// libvips hands such pixels on as they are, and calls them RGB.
function isStoredAsYCbCr({ input, format, bytes }: PictureToDecode): boolean {
  if (format !== "tiff") return false;
  const { isYCbCr, isJpeg, isSubsampled } = readTiffStorage(bytes);
  if (!isYCbCr || isJpeg) return false;
  if (!isSubsampled) return true;
  throw unreadableImage(input, "its TIFF has YCbCr with fewer colours than pixels");
}

async function readPixels(
  image: Sharp,
  { space, depth }: StoredColours,
  { isTurned, timeLimit }: Pick<PictureToDecode, "isTurned" | "timeLimit">,
): Promise<RgbImage> {
  const isCmyk = space === "cmyk";
  const isDeep = isCmyk && depth === "ushort";
  // Left to itself, sharp converts inks by a colour profile of its own.
  const inks = isCmyk ? image.pipelineColourspace("cmyk").toColourspace("cmyk") : image;
  const turned = isTurned ? inks.autoOrient() : inks;
  const { data, info } = await (isCmyk ? turned : turned.toColourspace("srgb"))
    .removeAlpha()
    .timeout({ seconds: timeLimit })
    .raw({ depth: isDeep ? "ushort" : "uchar" })
    .toBuffer({ resolveWithObject: true });
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const { width, height, channels } = info;
  if (channels !== (isCmyk ? 4 : 3)) throw new Error(`${channels} channels`);
  const values = isDeep ? highBytes(bytes) : bytes;
  return { rgb: isCmyk ? cmykToRgb(values) : values, width, height };
}
