/** Brightness of RGB pixels, `[pixels, 3]` to `[pixels]`. @see ITU-R BT.601-7, section 2.5.1 */
export function lumaOf(rgb: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: rgb.length / 3 }, (_, i) => {
    const [red, green, blue] = [rgb[3 * i] ?? 0, rgb[3 * i + 1] ?? 0, rgb[3 * i + 2] ?? 0];
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });
}
