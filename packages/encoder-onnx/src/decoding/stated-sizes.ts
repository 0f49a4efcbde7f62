import type { ImageFormat } from "./image-format.ts";

/** A size in pixels. */
export interface StatedSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The sizes that the header of a PNG, AVIF or HEIC states in 32 bits each; for other formats none, as
 * theirs are shorter or checked by libvips. libvips prints complaints of its own about those that it
 * cannot count.
 *
 * @see W3C PNG (third edition), section 11.2.1; ISO 23008-12, section 6.5.3
 */
export function statedSizes(format: ImageFormat, file: Uint8Array): readonly StatedSize[] {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  if (format === "png") return sizeAt(bytes, 16);
  if (format !== "heif") return [];
  const end = bytes.indexOf("mdat");
  const header = bytes.subarray(0, end < 0 ? bytes.length : end);
  const sizes: StatedSize[] = [];
  for (let at = header.indexOf("ispe"); at >= 0; at = header.indexOf("ispe", at + 4)) {
    // Between a box's name and its content are a version and flags.
    sizes.push(...sizeAt(bytes, at + 8));
  }
  return sizes;
}

function sizeAt(bytes: Buffer, at: number): readonly StatedSize[] {
  if (at + 8 > bytes.length) return [];
  return [{ width: bytes.readUInt32BE(at), height: bytes.readUInt32BE(at + 4) }];
}
