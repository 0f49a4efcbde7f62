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
  const found = readTags(bytes);
  const [across, down] = found.get(tags.subsampling) ?? [2, 2];
  return {
    isYCbCr: found.get(tags.photometric)?.[0] === yCbCr,
    isJpeg: jpegs.includes(found.get(tags.compression)?.[0]),
    isSubsampled: across !== 1 || down !== 1,
  };
}

// The first directory's entries: a tag, a type, a count and a value each; here as two short numbers.
function readTags(bytes: Uint8Array): ReadonlyMap<number, readonly [number, number]> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isLittle = bytes[0] === 0x49;
  const short = (at: number) => (at + 2 <= view.byteLength ? view.getUint16(at, isLittle) : 0);
  const long = (at: number) => (at + 4 <= view.byteLength ? view.getUint32(at, isLittle) : 0);
  // Of 64-bit numbers the lower half will do: files are smaller than 4 GiB.
  const low = (at: number) => long(isLittle ? at : at + 4);
  const isBig = short(2) === 43;
  const [start, counted, step, value] = isBig ? [low(8), 8, 20, 12] : [long(4), 2, 12, 8];
  const count = isBig ? low(start) : short(start);
  const found = new Map<number, readonly [number, number]>();
  for (let i = 0; i < Math.min(count, 4096); i++) {
    const at = start + counted + i * step;
    found.set(short(at), [short(at + value), short(at + value + 2)]);
  }
  return found;
}
