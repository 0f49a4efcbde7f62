import type { RgbImage } from "@semblance/core";

/** The first frame of a GIF as a file of its own, with what lies around it on the canvas. */
export interface GifFrame {
  /** The file without transparency, so that every pixel has its colour of the palette. */
  readonly bytes: Uint8Array;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Red, green and blue of the rest of the canvas. */
  readonly background: Uint8Array;
}

const trailer = 0x3b;
const imageBlock = 0x2c;
const extensionBlock = 0x21;
const graphicControl = 0xf9;

/**
 * Cuts a GIF after its first frame and makes that opaque: Pillow's `convert("RGB")` gives a
 * transparent pixel the colour that the palette has for it, and fills the canvas around a smaller
 * frame with that colour too, or with the palette's first.
 *
 * @returns `undefined` where the file ends before its first frame does.
 * @see GIF89a specification, sections 18 to 23; Pillow `GifImagePlugin.py` `load_prepare`
 */
export function firstGifFrame(file: Uint8Array): GifFrame | undefined {
  const bytes = Uint8Array.from(file);
  const palette = paletteAt(bytes, 10, 13);
  let transparent = 0;
  let at = 13 + palette.length;
  while (at < bytes.length && bytes[at] !== trailer) {
    if (bytes[at] === imageBlock) return frameAt(bytes, at + 1, palette, transparent);
    if (bytes[at] !== extensionBlock) {
      at += 1;
      continue;
    }
    if (bytes[at + 1] === graphicControl) transparent = makeOpaque(bytes, at + 3) ?? transparent;
    at = endOfBlocks(bytes, at + 2);
  }
  return undefined;
}

function frameAt(
  bytes: Uint8Array,
  at: number,
  palette: Uint8Array,
  transparent: number,
): GifFrame | undefined {
  const own = paletteAt(bytes, at + 8, at + 9);
  const end = endOfBlocks(bytes, at + 9 + own.length + 1);
  if (end > bytes.length) return undefined;
  const left = shortAt(bytes, at);
  const top = shortAt(bytes, at + 2);
  const colours = own.length > 0 ? own : palette;
  return {
    bytes: Buffer.concat([bytes.subarray(0, end), Uint8Array.of(trailer)]),
    left,
    top,
    right: left + shortAt(bytes, at + 4),
    bottom: top + shortAt(bytes, at + 6),
    background: Uint8Array.from([0, 1, 2], (channel) => colours[transparent * 3 + channel] ?? 0),
  };
}

/** Gives everything outside the frame the background's colour, in place. */
export function fillAroundFrame({ rgb, width, height }: RgbImage, frame: GifFrame): void {
  const fill = (y: number, from: number, to: number) => {
    for (let x = from; x < to; x++) rgb.set(frame.background, (y * width + x) * 3);
  };
  for (let y = 0; y < height; y++) {
    const isBeside = y < frame.top || y >= frame.bottom;
    fill(y, 0, isBeside ? width : Math.min(frame.left, width));
    if (!isBeside) fill(y, frame.right, width);
  }
}

// The flags at one place say whether there is a palette at another, and how long it is.
function paletteAt(bytes: Uint8Array, flagsAt: number, at: number): Uint8Array {
  const flags = bytes[flagsAt] ?? 0;
  return flags & 0x80 ? bytes.subarray(at, at + (3 << ((flags & 7) + 1))) : new Uint8Array(0);
}

// Clears the flag of transparency, and says which colour it was for.
function makeOpaque(bytes: Uint8Array, flagsAt: number): number | undefined {
  const flags = bytes[flagsAt] ?? 0;
  if ((flags & 1) === 0) return undefined;
  bytes[flagsAt] = flags & ~1;
  return bytes[flagsAt + 3];
}

// Blocks begin with their length; one of length 0 ends them.
function endOfBlocks(bytes: Uint8Array, at: number): number {
  let next = at;
  for (;;) {
    // Beyond the file there is no end.
    const length = bytes[next] ?? Number.POSITIVE_INFINITY;
    next += 1 + length;
    if (length === 0 || next > bytes.length) return next;
  }
}

function shortAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256;
}
