const compressedText: ReadonlySet<string> = new Set(["zTXt", "iTXt"]);

/** A byte of compressed text can stand for a thousand: these unpack to 16 MiB at most. */
const most = 16 * 1024;

/**
 * A PNG without the compressed text beyond the first 16 KiB of it: libpng would unpack all of it, and
 * minutes of work fit into a megabyte. No text changes a pixel.
 *
 * @returns the bytes themselves where there is nothing to leave out.
 * @see W3C PNG (third edition), sections 5.3 and 11.3.3
 */
export function withoutLongText(file: Uint8Array): Uint8Array {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const kept: Buffer[] = [bytes.subarray(0, 8)];
  let textLength = 0;
  for (let at = 8; at + 12 <= bytes.length; ) {
    const end = at + 12 + bytes.readUInt32BE(at);
    const isText = compressedText.has(bytes.toString("latin1", at + 4, at + 8));
    if (isText) textLength += end - at;
    if (!isText || textLength <= most) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return textLength <= most ? file : Buffer.concat(kept);
}
