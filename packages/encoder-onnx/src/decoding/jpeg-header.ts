import type { StatedSize } from "./stated-sizes.ts";

const startOfScan = 0xda;
const endOfImage = 0xd9;
/** The frame headers that libjpeg reads: baseline, extended and progressive, of either entropy coding. */
const frames: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc2, 0xc9, 0xca]);
/** Those of progressive JPEGs. */
const progressive: ReadonlySet<number> = new Set([0xc2, 0xca]);

/** What a JPEG says of itself before its pixels. */
export interface JpegHeader {
  /** Of its first frame header; absent where there is none. */
  readonly frame?: JpegFrame;
  /** The passes of a progressive JPEG over its pixels; others have 0. */
  readonly scans: number;
}

/** A frame header: the size, and what a pixel has. */
interface JpegFrame extends StatedSize {
  /** Bits of a sample. */
  readonly depth: number;
  /** 1 is grey, 3 are colours, 4 are inks. */
  readonly components: number;
}

/**
 * Reads a JPEG's first frame header, and counts its passes no further than `most` + 1. A pass over 100
 * million pixels takes 100 bytes, and libjpeg cannot be interrupted.
 *
 * @see ITU-T T.81, annex B
 */
export function readJpegHeader(file: Uint8Array, most: number): JpegHeader {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  let frame: JpegFrame | undefined;
  let isProgressive = false;
  let scans = 0;
  for (const [marker, at] of segmentsOf(bytes)) {
    isProgressive ||= progressive.has(marker);
    if (frames.has(marker)) frame ??= frameAt(bytes, at);
    if (marker !== startOfScan) continue;
    if (!isProgressive || scans > most) break;
    scans += 1;
  }
  return { ...(frame && { frame }), scans };
}

// Behind the marker and the length come bits, height, width and components.
function frameAt(bytes: Buffer, at: number): JpegFrame | undefined {
  if (at + 10 > bytes.length) return undefined;
  return {
    depth: bytes.readUInt8(at + 4),
    height: bytes.readUInt16BE(at + 5),
    width: bytes.readUInt16BE(at + 7),
    components: bytes.readUInt8(at + 9),
  };
}

/** The markers that begin a segment, and where they stand, up to the image's end. */
function* segmentsOf(bytes: Buffer): Generator<readonly [marker: number, at: number]> {
  let at = 2;
  while (at >= 0 && at + 4 <= bytes.length) {
    const marker = bytes.readUInt16BE(at) - 0xff00;
    if (marker === endOfImage) return;
    if (hasLength(marker)) {
      yield [marker, at];
      at += 2 + bytes.readUInt16BE(at + 2);
    } else {
      at = bytes.indexOf(0xff, at + 1);
    }
  }
}

// Neither data, nor a stuffed or filling byte, nor one of the markers that stand alone.
function hasLength(marker: number): boolean {
  return marker >= 0xc0 && marker < 0xff && (marker < 0xd0 || marker > 0xd8);
}
