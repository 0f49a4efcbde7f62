import type { RgbImage } from "@semblance/core";

/** What one output cell takes of the pixels along an axis. */
interface Span {
  /** The first pixel. */
  readonly first: number;
  /** Share of each pixel from the first on; together 1. */
  readonly weights: readonly number[];
}

/**
 * Averages a picture over a square grid, whatever its shape: `[size, size, 3]`, 0 to 255. A pixel on
 * the line between two cells counts for each by the part that lies in it.
 */
export function shrinkPixels(image: RgbImage, size: number): Float64Array {
  const { rgb, width, height } = image;
  const columns = spansOf(width, size);
  const rows = spansOf(height, size);
  const shrunk = new Float64Array(size * size * 3);
  for (const [y, { first, weights }] of rows.entries()) {
    const cells = shrunk.subarray(y * size * 3, (y + 1) * size * 3);
    for (const [i, weight] of weights.entries()) {
      const start = (first + i) * width * 3;
      addRow(cells, rgb.subarray(start, start + width * 3), columns, weight);
    }
  }
  return shrunk;
}

function addRow(
  cells: Float64Array,
  pixels: Uint8Array,
  columns: readonly Span[],
  rowWeight: number,
): void {
  for (const [x, { first, weights }] of columns.entries()) {
    let [red, green, blue] = [0, 0, 0];
    for (let i = 0; i < weights.length; i++) {
      const at = (first + i) * 3;
      const weight = weights[i] ?? 0;
      red += (pixels[at] ?? 0) * weight;
      green += (pixels[at + 1] ?? 0) * weight;
      blue += (pixels[at + 2] ?? 0) * weight;
    }
    const cell = x * 3;
    cells[cell] = (cells[cell] ?? 0) + red * rowWeight;
    cells[cell + 1] = (cells[cell + 1] ?? 0) + green * rowWeight;
    cells[cell + 2] = (cells[cell + 2] ?? 0) + blue * rowWeight;
  }
}

function spansOf(length: number, size: number): Span[] {
  const step = length / size;
  return Array.from({ length: size }, (_, cell) => {
    const start = cell * step;
    const end = start + step;
    const first = Math.floor(start);
    const last = Math.min(length, Math.ceil(end));
    const weights = Array.from({ length: last - first }, (_, i) => {
      const covered = Math.min(end, first + i + 1) - Math.max(start, first + i);
      return covered / step;
    });
    return { first, weights };
  });
}
