import type { RgbImage } from "@semblance/core";
import { expect, test } from "vitest";
import { drawBlots, drawPicture } from "../../../fixtures/plain-pictures.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { hasStructure, lookAlike } from "./look-alike.ts";

const picture = drawBlots(1);

function mapPixels(
  { rgb, width, height }: RgbImage,
  change: (pixel: Uint8Array) => readonly [number, number, number],
): RgbImage {
  return drawPicture(width, height, (x, y) => {
    const at = (y * width + x) * 3;
    return change(rgb.subarray(at, at + 3));
  });
}

function isAlike(first: RgbImage, second: RgbImage): boolean {
  return lookAlike(fingerprintOf(first), fingerprintOf(second));
}

test("a darker copy with less contrast looks alike", () => {
  const darker = mapPixels(picture, ([r = 0, g = 0, b = 0]) => [0.6 * r, 0.6 * g, 0.6 * b]);
  expect(isAlike(picture, darker)).toBe(true);
});

test("a grey copy looks alike, one whose colours are swapped does not", () => {
  const level = ([r = 0, g = 0, b = 0]: Uint8Array) => 0.299 * r + 0.587 * g + 0.114 * b;
  const grey = mapPixels(picture, (pixel) => [level(pixel), level(pixel), level(pixel)]);
  const red = mapPixels(picture, (pixel) => [255, 0.6 * level(pixel), 0.6 * level(pixel)]);
  const blue = mapPixels(picture, (pixel) => [0.6 * level(pixel), 0.6 * level(pixel), 255]);

  expect(isAlike(picture, grey)).toBe(true);
  expect(isAlike(grey, red)).toBe(true);
  expect(isAlike(red, blue)).toBe(false);
});

test("another picture does not look alike", () => {
  expect(isAlike(picture, drawBlots(2))).toBe(false);
});

test("a picture of one colour has no structure, whatever its compression left", () => {
  const flat = drawPicture(40, 40, (x, y) => [200 + ((x + y) % 2), 30, 30]);
  expect(hasStructure(fingerprintOf(flat))).toBe(false);
  expect(hasStructure(fingerprintOf(picture))).toBe(true);
});
