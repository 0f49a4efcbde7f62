/** How a TIFF's first picture is stored. */
export interface TiffStorage {
  readonly isYCbCr: boolean;
  /** Its pixels are JPEGs, whose colours libtiff converts by itself. */
  readonly isJpeg: boolean;
  /** Whether colour has fewer pixels than brightness. */
  readonly isSubsampled: boolean;
}

const tags = { compression: 259, photometric: 262, subsampling: 530 };
const yCbCr = 6;
const jpegs: readonly (number | undefined)[] = [6, 7];

/**
 * The tags of a TIFF or BigTIFF that say how its colours are stored; sharp tells none of them.
 *
 * @see TIFF 6.0, sections 2 and 21
 */
export function readTiffStorage(bytes: Uint8Array): TiffStorage {
  const { short, entries, count, step, value } = openDirectory(bytes);
  const found = new Map<number, readonly [number, number]>();
  for (let i = 0; i < Math.min(count, 4096); i++) {
    const at = entries + i * step;
    found.set(short(at), [short(at + value), short(at + value + 2)]);
  }
  const [across, down] = found.get(tags.subsampling) ?? [2, 2];
  return {
    isYCbCr: found.get(tags.photometric)?.[0] === yCbCr,
    isJpeg: jpegs.includes(found.get(tags.compression)?.[0]),
    isSubsampled: across !== 1 || down !== 1,
  };
}

/**
 * A TIFF that says to have one page: libvips counts all of them, which takes a minute where there are a
 * million, and refuses a file that is cut off after the first.
 *
 * @returns the bytes themselves where they say so already.
 */
export function firstTiffPage(bytes: Uint8Array): Uint8Array {
  const { low, entries, count, step } = openDirectory(bytes);
  const next = entries + count * step;
  if (low(next) === 0) return bytes;
  const copy = Uint8Array.from(bytes);
  copy.fill(0, next, next + (step === 20 ? 8 : 4));
  return copy;
}

/** The first directory: entries of a tag, a type, a count and a value, then the next one's place. */
interface TiffDirectory {
  readonly entries: number;
  readonly count: number;
  /** Bytes of an entry, and from its beginning to its value. */
  readonly step: number;
  readonly value: number;
  /** Numbers at a place; 0 beyond the file. Of 64 bits the lower half will do for a file in memory. */
  short(at: number): number;
  low(at: number): number;
}

function openDirectory(bytes: Uint8Array): TiffDirectory {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isLittle = bytes[0] === 0x49;
  const short = (at: number) => (at + 2 <= view.byteLength ? view.getUint16(at, isLittle) : 0);
  const long = (at: number) => (at + 4 <= view.byteLength ? view.getUint32(at, isLittle) : 0);
  if (short(2) !== 43) {
    const start = long(4);
    return { entries: start + 2, count: short(start), step: 12, value: 8, short, low: long };
  }
  const low = (at: number) => long(isLittle ? at : at + 4);
  const start = low(8);
  return { entries: start + 8, count: low(start), step: 20, value: 12, short, low };
}
