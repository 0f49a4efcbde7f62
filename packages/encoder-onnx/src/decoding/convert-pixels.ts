/**
 * Makes RGB of CMYK in place, as Pillow's `convert("RGB")` does: each ink dims what black leaves.
 *
 * @param data - `[pixels, 4]`, 0 is no ink; the first three quarters are overwritten.
 * @returns `[pixels, 3]`, a view of `data`.
 * @see Pillow `libImaging/Convert.c` `cmyk2rgb`
 */
export function cmykToRgb(data: Uint8Array): Uint8Array {
  const end = data.length - (data.length % 4);
  let to = 0;
  for (let from = 0; from < end; from += 4) {
    const light = 255 - (data[from + 3] ?? 0);
    for (let ink = 0; ink < 3; ink++) {
      // Rounded division by 255 in integers.
      const product = (data[from + ink] ?? 0) * light + 128;
      data[to++] = Math.max(0, light - (((product >> 8) + product) >> 8));
    }
  }
  return data.subarray(0, to);
}

/**
 * Makes RGB of full-range YCbCr in place, by the formula of JFIF in six binary places, as Pillow
 * computes it; Pillow's tables hold a few values that are rounded otherwise, which makes 1 of 255.
 *
 * @param data - `[pixels, 3]`: luma, blue and red difference.
 * @see ITU-T T.871, section 7
 */
export function yCbCrToRgb(data: Uint8Array): Uint8Array {
  const clamped = new Uint8ClampedArray(data.buffer, data.byteOffset, data.length);
  for (let i = 0; i + 2 < data.length; i += 3) {
    const y = data[i] ?? 0;
    const blue = (data[i + 1] ?? 0) - 128;
    const red = (data[i + 2] ?? 0) - 128;
    clamped[i] = y + (Math.trunc(1.402 * 64 * red) >> 6);
    clamped[i + 1] =
      y + ((Math.trunc(-0.34414 * 64 * blue) + Math.trunc(-0.71414 * 64 * red)) >> 6);
    clamped[i + 2] = y + (Math.trunc(1.772 * 64 * blue) >> 6);
  }
  return data;
}

/** The high byte of 16-bit values, in place: what Pillow keeps of 16-bit RGB. A view of `data`. */
export function highBytes(data: Uint8Array): Uint8Array {
  const values = new Uint16Array(data.buffer, data.byteOffset, Math.trunc(data.length / 2));
  for (const [i, value] of values.entries()) data[i] = value >> 8;
  return data.subarray(0, values.length);
}
