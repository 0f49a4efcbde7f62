import type { RgbImage } from "@semblance/core";
import type { ResampledAxis } from "./resample-kernels.ts";

/**
 * Takes the nearest pixel for each of the result: `Image.resize` of Pillow with `NEAREST`.
 *
 * @see https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Geometry.c `ImagingScaleAffine`
 */
export function resizeNearest(
  image: RgbImage,
  horizontal: ResampledAxis,
  vertical: ResampledAxis,
): RgbImage {
  const columns = nearestPositions(horizontal);
  const rows = nearestPositions(vertical);
  const rgb = new Uint8Array(columns.length * rows.length * 3);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * image.width + column) * 3;
      rgb[to] = image.rgb[from] ?? 0;
      rgb[to + 1] = image.rgb[from + 1] ?? 0;
      rgb[to + 2] = image.rgb[from + 2] ?? 0;
      to += 3;
    }
  }
  return { rgb, width: columns.length, height: rows.length };
}

// Pillow takes nearest through its affine transform, which adds the step up: the sum's rounding shows.
function nearestPositions({ from, to, first, length }: ResampledAxis): Int32Array {
  const step = from / to;
  let position = step * 0.5;
  for (let skipped = 0; skipped < first; skipped++) position += step;
  return Int32Array.from({ length }, () => {
    const current = Math.trunc(position);
    position += step;
    return Math.min(current, from - 1);
  });
}
