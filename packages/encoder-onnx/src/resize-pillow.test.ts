import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { randomBytes } from "./fixtures/random-bytes.ts";
import { type ResizeKernel, resizePillow } from "./resize-pillow.ts";

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
  const lines = readFileSync(new URL("fixtures/resize-cases.csv", import.meta.url), "utf8");
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
