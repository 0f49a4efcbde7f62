const startOfScan = 0xda;
const endOfImage = 0xd9;
/** The frame headers of progressive JPEGs, by how their entropy is coded. */
const progressive: ReadonlySet<number> = new Set([0xc2, 0xca]);

/**
 * How many passes a progressive JPEG makes over its pixels, counted no further than `most` + 1; other
 * JPEGs have 0. A pass over 100 million pixels takes 100 bytes, and libjpeg cannot be interrupted.
 *
 * @see ITU-T T.81, annex B
 */
export function countJpegScans(bytes: Uint8Array, most: number): number {
  let isProgressive = false;
  let scans = 0;
  for (const marker of markersOf(bytes)) {
    isProgressive ||= progressive.has(marker);
    if (marker !== startOfScan) continue;
    if (!isProgressive || scans > most) break;
    scans += 1;
  }
  return scans;
}

/** The markers that begin a segment, up to the image's end. */
function* markersOf(file: Uint8Array): Generator<number> {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  let at = 2;
  while (at >= 0 && at + 4 <= bytes.length) {
    const marker = bytes.readUInt16BE(at) - 0xff00;
    if (marker === endOfImage) return;
    if (hasLength(marker)) {
      yield marker;
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
