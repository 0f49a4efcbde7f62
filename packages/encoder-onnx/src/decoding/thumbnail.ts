import type { RgbImage } from "@semblance/core";
import sharp from "sharp";

/** Options of {@link encodeThumbnail}. */
export interface ThumbnailOptions {
  /** Pixels that its longer side has at most; a smaller picture keeps its size. @defaultValue 128 */
  readonly size?: number;
  /** Of WebP, from 1 to 100. @defaultValue 60 */
  readonly quality?: number;
}

/** A small picture of an image as a WebP file, some 3 KB of a photo: for pages that show many. */
export async function encodeThumbnail(
  { rgb, width, height }: RgbImage,
  { size = 128, quality = 60 }: ThumbnailOptions = {},
): Promise<Uint8Array> {
  const file = await sharp(rgb, { raw: { width, height, channels: 3 }, limitInputPixels: false })
    .resize({ width: size, height: size, fit: "inside", withoutEnlargement: true })
    .webp({ quality, effort: 4 })
    .toBuffer();
  return new Uint8Array(file);
}
