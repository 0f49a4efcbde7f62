import { expect, test } from "vitest";
import { drawPicture } from "../../../fixtures/plain-pictures.ts";
import { shrinkPixels } from "./shrink-pixels.ts";

test("averages whole pixels, channel by channel", () => {
  const picture = drawPicture(4, 2, (x, y) => [10 * x, 100 * y, 7]);
  expect([...shrinkPixels(picture, 2)]).toEqual([5, 0, 7, 25, 0, 7, 5, 100, 7, 25, 100, 7]);
});

test("gives a pixel on the line to both cells, by halves", () => {
  const picture = drawPicture(3, 1, (x) => [[0, 90, 240][x] ?? 0, 0, 0]);
  const reds = shrinkPixels(picture, 2).filter((_, i) => i % 3 === 0);
  // (0 · 1 + 90 · ½) / 1.5 = 30 and (90 · ½ + 240 · 1) / 1.5 = 190, for both rows.
  expect([...reds].map((red) => Math.round(red * 1e9) / 1e9)).toEqual([30, 190, 30, 190]);
});

test("enlarges a single pixel", () => {
  const picture = drawPicture(1, 1, () => [1, 2, 3]);
  const shrunk = [...shrinkPixels(picture, 2)].map((value) => Math.round(value * 1e9) / 1e9);
  expect(shrunk).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
});
