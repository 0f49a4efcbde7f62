import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { RgbImage } from "@semblance/core";
import { expect, test } from "vitest";
import { randomBytes } from "../fixtures/random-bytes.ts";
import { type ResizeKernel, type ResizeWindow, resizePillow } from "./resize-pillow.ts";

interface ResizeCase {
  readonly seed: number;
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
  readonly kernel: string;
  readonly hash: string;
}

const kernels: readonly ResizeKernel[] = [
  "nearest",
  "lanczos",
  "bilinear",
  "bicubic",
  "box",
  "hamming",
];

function readCases(): ResizeCase[] {
  const lines = readFileSync(new URL("../fixtures/resize-cases.csv", import.meta.url), "utf8");
  return lines
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => {
      const [seed, width, height, toWidth, toHeight, kernel = "", hash = ""] = line.split(",");
      return {
        seed: Number(seed),
        from: [Number(width), Number(height)],
        to: [Number(toWidth), Number(toHeight)],
        kernel,
        hash,
      };
    });
}

function resizedHash(item: ResizeCase, kernel: ResizeKernel): string {
  const [width, height] = item.from;
  const image = { rgb: randomBytes(item.seed, width * height * 3), width, height };
  const resized = resizePillow({ image, width: item.to[0], height: item.to[1], kernel });
  return createHash("sha256").update(resized.rgb).digest("hex").slice(0, 16);
}

const cases = readCases();

test.each(kernels)("%s gives the bytes of Pillow on 100 random images", (kernel) => {
  const ours = cases.filter((item) => item.kernel === kernel);
  const different = ours.filter((item) => resizedHash(item, kernel) !== item.hash);
  expect(ours).toHaveLength(100);
  expect(different).toEqual([]);
});

/** Size of an image or a window: from 1 to 40 pixels, as the bytes decide. */
const lengthOf = (byte = 0) => (byte % 40) + 1;

test.each(kernels)("a window of %s has the bytes that the whole result has there", (kernel) => {
  for (let seed = 1; seed <= 60; seed++) {
    const [a, b, c, d, e = 0, f = 0, g = 0, h = 0] = randomBytes(seed, 8);
    const image = { width: lengthOf(a), height: lengthOf(b) };
    // Every third case leaves the width as it is, every fifth the height.
    const width = seed % 3 === 0 ? image.width : lengthOf(c);
    const height = seed % 5 === 0 ? image.height : lengthOf(d);
    const rgb = randomBytes(seed, image.width * image.height * 3);
    const [left, top] = [e % width, f % height];
    const window = { left, top, width: (g % (width - left)) + 1, height: (h % (height - top)) + 1 };
    const options = { image: { ...image, rgb }, width, height, kernel };
    expect(resizePillow({ ...options, window })).toEqual(cut(resizePillow(options), window));
  }
});

function cut(image: RgbImage, window: ResizeWindow): RgbImage {
  const { left, top, width, height } = window;
  const rows = Array.from({ length: height }, (_, y) => {
    const from = ((top + y) * image.width + left) * 3;
    return [...image.rgb.subarray(from, from + width * 3)];
  });
  return { rgb: Uint8Array.from(rows.flat()), width, height };
}

test.each(kernels)("a window of %s takes memory for itself only", (kernel) => {
  const image = { rgb: randomBytes(1, 20_000 * 3), width: 1, height: 20_000 };
  const window = { left: 0, top: 2_239_888, width: 224, height: 224 };
  // All of it would have 3 GB.
  const middle = resizePillow({ image, width: 224, height: 4_480_000, kernel, window });
  expect(middle.rgb).toHaveLength(224 * 224 * 3);
});

test.each([
  { left: -1, top: 0, width: 1, height: 1 },
  { left: 0, top: 0, width: 0, height: 1 },
  { left: 2, top: 0, width: 2, height: 1 },
  { left: 0, top: 0.5, width: 1, height: 1 },
])("a window of %o beyond a result of 3×3 is a RangeError", (window) => {
  const image = { rgb: randomBytes(1, 12), width: 2, height: 2 };
  const options = { image, width: 3, height: 3, kernel: "box", window } as const;
  expect(() => resizePillow(options)).toThrow("within 3×3");
});

test("an image that has the size already is returned as it is", () => {
  const image = { rgb: randomBytes(1, 12), width: 2, height: 2 };
  expect(resizePillow({ image, width: 2, height: 2, kernel: "bicubic" })).toBe(image);
});

test.each([
  [0, 4],
  [4, -1],
  [1.5, 4],
])("a size of %s×%s is a RangeError", (width, height) => {
  const image = { rgb: randomBytes(1, 12), width: 2, height: 2 };
  expect(() => resizePillow({ image, width, height, kernel: "bicubic" })).toThrow(RangeError);
});

test("pixels that do not fill the image are a RangeError that says so", () => {
  const image = { rgb: new Uint8Array(11), width: 2, height: 2 };
  expect(() => resizePillow({ image, width: 1, height: 1, kernel: "box" })).toThrow(
    "An image of 2×2 has 12 bytes, found 11.",
  );
});
