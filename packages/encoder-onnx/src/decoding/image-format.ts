/** A kind of picture that is read here, as sharp names it. */
export type ImageFormat = "jpeg" | "png" | "gif" | "webp" | "tiff" | "heif";

/** What the first bytes of a file say it is. */
export type FoundFormat =
  | { readonly format: ImageFormat; readonly isHevc?: boolean }
  /** What it is instead, where that is known. */
  | { readonly format?: undefined; readonly name?: string };

/** Bytes by their place; a letter stands for its code, a point for any byte. */
const pictures: readonly (readonly [ImageFormat, string])[] = [
  ["jpeg", "\xff\xd8\xff"],
  ["png", "\x89PNG\r\n\x1a\n"],
  ["gif", "GIF87a"],
  ["gif", "GIF89a"],
  ["webp", "RIFF....WEBP"],
  ["tiff", "II*\0"],
  ["tiff", "MM\0*"],
  ["tiff", "II+\0"],
  ["tiff", "MM\0+"],
];

const others: readonly (readonly [string, string])[] = [
  ["a BMP", "BM"],
  ["an ICO", "\0\0\x01\0"],
  ["a JPEG 2000", "\0\0\0\x0cjP  "],
  ["a JPEG 2000", "\xff\x4f\xff\x51"],
  ["a JPEG XL", "\0\0\0\x0cJXL "],
  ["a JPEG XL", "\xff\x0a"],
  ["a PSD", "8BPS"],
  ["a PDF", "%PDF"],
  ["a ZIP archive", "PK\x03\x04"],
  ["a gzip archive", "\x1f\x8b"],
];

// ISO 23008-12, annex B: the brands of image files and sequences by their codec.
const avifBrands: ReadonlySet<string> = new Set(["avif", "avis"]);
const hevcBrands: ReadonlySet<string> = new Set([
  "heic",
  "heix",
  "heim",
  "heis",
  "hevc",
  "hevx",
  "hevm",
  "hevs",
]);
const neutralBrands: ReadonlySet<string> = new Set(["mif1", "msf1", "miaf"]);

/**
 * What a file is by its first bytes, whatever its name says. What is not a picture that is read here is
 * thereby refused before a parser sees it: a drawing can be an image bomb, an archive a zip bomb.
 */
export function findFormat(bytes: Uint8Array): FoundFormat {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024));
  const text = start.toString("latin1");
  const picture = pictures.find(([, pattern]) => startsWith(text, pattern));
  if (picture !== undefined) return { format: picture[0] };
  const brands = brandsOf(text);
  if (brands.some((brand) => avifBrands.has(brand))) return { format: "heif" };
  if (brands.some((brand) => hevcBrands.has(brand))) return { format: "heif", isHevc: true };
  if (brands.some((brand) => neutralBrands.has(brand))) return { format: "heif" };
  const name = others.find(([, pattern]) => startsWith(text, pattern))?.[0] ?? nameOfMarkup(text);
  return name === undefined ? {} : { name };
}

// A byte order mark, blanks, declarations and comments may come first.
function nameOfMarkup(text: string): string | undefined {
  if (!/^(\xef\xbb\xbf)?\s*</.test(text)) return undefined;
  if (/<!doctype html|<html/i.test(text)) return "a web page";
  return /<svg/i.test(text) ? "an SVG drawing" : undefined;
}

function startsWith(text: string, pattern: string): boolean {
  if (text.length < pattern.length) return false;
  return [...pattern].every((letter, i) => letter === "." || letter === text[i]);
}

// The box "ftyp": its length, its name, the major brand, a version, compatible brands.
function brandsOf(text: string): string[] {
  if (text.slice(4, 8) !== "ftyp") return [];
  const length = Buffer.from(text.slice(0, 4), "latin1").readUInt32BE();
  const rest = text.slice(8, Math.min(length, text.length));
  return rest.match(/.{4}/gs) ?? [];
}
