/** Pictures, and what becomes of their bytes. */
export interface PixelLayout<Numbers extends Float32Array | Uint8Array> {
  /** `[batch, pixels, 3]` */
  readonly pixels: Uint8Array;
  /** `[3, 256]`: of each channel the value of each byte. */
  readonly values: Float32Array;
  /** As long as `pixels`; all of it is written. */
  readonly to: Numbers;
}

/**
 * Looks values up, and puts channels first: `[batch, 3, pixels]`.
 *
 * @param plane - Pixels of a picture.
 */
export function toPlanes<Numbers extends Float32Array | Uint8Array>(
  { pixels, values, to }: PixelLayout<Numbers>,
  plane: number,
): Numbers {
  let from = 0;
  for (let start = 0; start < pixels.length; start += 3 * plane) {
    for (let at = start; at < start + plane; at++) {
      to[at] = values[pixels[from] ?? 0] ?? 0;
      to[at + plane] = values[(pixels[from + 1] ?? 0) + 256] ?? 0;
      to[at + 2 * plane] = values[(pixels[from + 2] ?? 0) + 512] ?? 0;
      from += 3;
    }
  }
  return to;
}

/** Looks values up, and leaves channels last: `[batch, pixels, 3]`. */
export function toChannelsLast({ pixels, values, to }: PixelLayout<Float32Array>): Float32Array {
  for (let i = 0; i < pixels.length; i++) to[i] = values[(i % 3) * 256 + (pixels[i] ?? 0)] ?? 0;
  return to;
}
