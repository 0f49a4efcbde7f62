import { createHash } from "node:crypto";
import { openAsBlob, readFileSync } from "node:fs";
import { readFile, truncate } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { ConfigError, EncoderError, type ImageInput } from "@semblance/core";
import { describe, expect, test } from "vitest";
import { copyFixture } from "../fixtures/copy-fixture.ts";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { createSharpDecoder } from "./sharp-decoder.ts";

const limits = { maxPixels: 1e6, maxBytes: 1e6 };
const decoder = createSharpDecoder();

const imagePath = (file: string) => fixturePath(`images/${file}`);
const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

const cases = readFileSync(new URL("../fixtures/image-cases.csv", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .slice(1)
  .map((line) => line.split(","));

async function failureOf(input: ImageInput, bounds = limits): Promise<EncoderError> {
  const error = await decoder.decode(input, bounds).catch((reason: unknown) => reason);
  if (EncoderError.isInstance(error)) return error;
  throw new Error(`Expected an EncoderError, found ${String(error)}.`);
}

test.each(cases)("%s gives the pixels that Pillow reads", async (file, width, height, hash) => {
  const image = await decoder.decode(imagePath(file ?? ""), limits);
  expect([image.width, image.height]).toEqual([Number(width), Number(height)]);
  expect(hashOf(image.rgb)).toBe(hash);
});

/** How far apart the two are at most, of 255. */
function mostApart(a: Uint8Array, b: Uint8Array): number {
  expect(a).toHaveLength(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? 0))), 0);
}

test.each([
  ["ycbcr.tif", 1],
  ["ycbcr-lzw.tif", 1],
  ["colours-whole.avif", 1],
  ["colours-halved.avif", 95],
])("%s is as far apart from Pillow's pixels as the README says: %i of 255", async (file, most) => {
  const path = fixturePath(`images-apart/${file}`);
  const ours = await decoder.decode(path, limits);
  const pillows = await decoder.decode(`${path}.png`, limits);
  expect(mostApart(ours.rgb, pillows.rgb)).toBeGreaterThan(0);
  expect(mostApart(ours.rgb, pillows.rgb)).toBeLessThanOrEqual(most);
});

test("YCbCr with fewer colours than pixels in a TIFF is an EncoderError", async () => {
  const bytes = readFileSync(fixturePath("images-apart/ycbcr.tif"));
  // The tag of the subsampling, of type short, with two values.
  const tag = bytes.indexOf(Buffer.from([0x12, 0x02, 3, 0, 2, 0, 0, 0]));
  bytes.set([2, 0, 2, 0], tag + 8);
  const failure = await failureOf(bytes);
  expect(failure.message).toMatch(/its TIFF has YCbCr with fewer colours than pixels/);
});

test("a TIFF is turned even so, as Pillow turns it while it opens it", async () => {
  const asStored = createSharpDecoder({ orientation: "ignore" });
  const turned = await asStored.decode(imagePath("orientation-6.tif"), limits);
  expect([turned.width, turned.height]).toEqual([31, 47]);
});

test("orientation is left as stored when told to ignore it", async () => {
  const asStored = createSharpDecoder({ orientation: "ignore" });
  const turned = await asStored.decode(imagePath("orientation-6.jpg"), limits);
  const plain = await asStored.decode(imagePath("rgb.jpg"), limits);
  expect(hashOf(turned.rgb)).toBe(hashOf(plain.rgb));
});

test("an option that is not known is a ConfigError", () => {
  const misspelt = JSON.parse('{ "orientaton": "apply" }');
  expect(() => createSharpDecoder(misspelt)).toThrow(ConfigError);
});

describe("every kind of input gives the same pixels:", async () => {
  const path = imagePath("rgba.png");
  const bytes = await readFile(path);
  const expected = await decoder.decode(path, limits);
  const inputs: [string, ImageInput][] = [
    ["bytes", bytes],
    ["file URL", pathToFileURL(path)],
    ["file URL as text", pathToFileURL(path).href],
    ["data URI", `data:image/png;base64,${bytes.toString("base64")}`],
    ["blob", new Blob([bytes])],
    ["stream", () => new Blob([bytes]).stream()],
    ["pixels", expected],
  ];
  test.each(inputs)("%s", async (_name, input) => {
    expect(await decoder.decode(input, limits)).toEqual(expected);
  });
});

describe("a bad image is an EncoderError that names it and says why:", () => {
  const jpeg = readFileSync(imagePath("rgb.jpg"));
  const bad: [string, ImageInput, string, RegExp][] = [
    ["no file", "no/such.jpg", "IMAGE_NOT_FOUND", /There is no image at no\/such\.jpg/],
    ["a folder", imagePath(""), "IMAGE_UNREADABLE", /it is not a file/],
    [
      "a text",
      Buffer.from("hello"),
      "IMAGE_UNREADABLE",
      /an image of 5 bytes: it is not a picture/,
    ],
    ["nothing", new Uint8Array(0), "IMAGE_UNREADABLE", /it is empty/],
    ["a JPEG cut in half", jpeg.subarray(0, 700), "IMAGE_UNREADABLE", /damaged or cut off/],
    ["a JPEG without its end", jpeg.subarray(0, -2), "IMAGE_UNREADABLE", /premature end/],
    [
      "a PNG cut off",
      readFileSync(imagePath("rgb.png")).subarray(0, 300),
      "IMAGE_UNREADABLE",
      /cut off/,
    ],
    [
      "a drawing",
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
      "IMAGE_UNREADABLE",
      /it is an SVG drawing, which is not read here/,
    ],
    [
      "a web address",
      "https://example.com/a.jpg",
      "IMAGE_ADDRESS_REFUSED",
      /fetching images is off/,
    ],
    ["a broken data URI", "data:image/png;base64,%%%", "IMAGE_UNREADABLE", /data:|picture/],
    [
      "pixels that do not fill the image",
      { rgb: new Uint8Array(5), width: 1, height: 2 },
      "IMAGE_UNREADABLE",
      /5 bytes are not \[2, 1, 3\]/,
    ],
    [
      "a stream that fails",
      () => new ReadableStream({ pull: () => Promise.reject(new Error("gone")) }),
      "IMAGE_UNREADABLE",
      /its stream failed/,
    ],
    [
      "a stream of something else than bytes",
      () => new ReadableStream({ start: (controller) => controller.enqueue(JSON.parse('"text"')) }),
      "IMAGE_UNREADABLE",
      /its stream gave a string instead of bytes/,
    ],
    ["a file on another host", "file://host/x.png", "IMAGE_UNREADABLE", /no file on this machine/],
    [
      "a file URL with a hidden slash",
      new URL("file:///a%2Fb.png"),
      "IMAGE_UNREADABLE",
      /no file on this machine/,
    ],
  ];
  test.each(bad)("%s", async (_name, input, code, message) => {
    const failure = await failureOf(input);
    expect(failure.code).toBe(code);
    expect(failure.message).toMatch(message);
    expect(failure.message).not.toMatch(/vips|buffer/i);
  });
});

/** An AVIF that says to be something else: its first brand, and all others of four letters. */
function rebranded(brand: string): Buffer {
  const bytes = readFileSync(imagePath("grey.avif"));
  const text = bytes.toString("latin1");
  const codec = brand === "heic" ? "hvc1" : "av01";
  const renamed = text
    .replaceAll("avif", brand)
    .replaceAll("mif1", brand)
    .replaceAll("av01", codec);
  return Buffer.from(renamed, "latin1");
}

test("a HEIC is an EncoderError that says which decoder is missing, and what to do", async () => {
  const failure = await failureOf(rebranded("heic"));
  expect(failure.code).toBe("IMAGE_UNREADABLE");
  expect(failure.message).toMatch(/it is a HEIC, and this build of sharp has no HEVC decoder/);
  expect(failure.fix).toMatch(/Convert it to JPEG/);
});

test.each([
  ["a BMP", Buffer.from("BM6000")],
  ["a JPEG XL", Buffer.from([0xff, 0x0a, 0, 0])],
  ["a JPEG 2000", Buffer.from([0xff, 0x4f, 0xff, 0x51, 0])],
  ["a ZIP archive", Buffer.from("PK\x03\x04 and so on")],
  ["a gzip archive", gzipSync(Buffer.alloc(1e6))],
  ["a PDF", Buffer.from("%PDF-1.7")],
  ["a web page", Buffer.from("\n<!DOCTYPE html><html><body>404 <svg></svg></body></html>")],
  ["an SVG drawing", Buffer.from('<?xml version="1.0"?><!-- <g> --><svg width="1e9"/>')],
])("%s is refused by its first bytes, with its name", async (name, bytes) => {
  const failure = await failureOf(bytes);
  expect(failure.code).toBe("IMAGE_UNREADABLE");
  expect(failure.message).toMatch(`it is ${name}, which is not read here`);
  expect(failure.fix).toBe("Convert it to JPEG, PNG or WebP.");
});

test("a blob whose file has changed is an EncoderError", async () => {
  await using copy = await copyFixture("images");
  const blob = await openAsBlob(`${copy.folder}/rgb.png`);
  await copy.write("rgb.png", "something else");
  const failure = await failureOf(blob);
  expect(failure.code).toBe("IMAGE_UNREADABLE");
  expect(failure.message).toMatch(/a blob of \d+ bytes: its bytes cannot be read/);
});

test.each([
  ["3", /a value of type number: expected a path/],
  ["null", /a value of type null/],
  ["{}", /a value of type object/],
  ['{ "rgb": null, "width": 1, "height": 1 }', /pixels: rgb is not a Uint8Array/],
  ['{ "rgb": [1, 2, 3], "width": 1, "height": 1 }', /pixels: rgb is not a Uint8Array/],
])("%s given as an image is an EncoderError", async (input, message) => {
  const failure = await failureOf(JSON.parse(input));
  expect(failure.code).toBe("IMAGE_UNREADABLE");
  expect(failure.message).toMatch(message);
});

describe("limits are checked:", () => {
  const path = imagePath("rgb.png");
  const bytes = readFileSync(path);
  const tooManyBytes = { maxPixels: 1e6, maxBytes: 100 };
  test("pixels", async () => {
    const failure = await failureOf(path, { maxPixels: 47 * 31 - 1, maxBytes: 1e6 });
    expect(failure.message).toMatch(/has 47×31 pixels; the limit is 1456/);
  });
  test.each<[string, ImageInput]>([
    ["a file", path],
    ["bytes", bytes],
    ["a blob", new Blob([bytes])],
    ["a stream", () => new Blob([bytes]).stream()],
    ["a data URI", `data:image/png;base64,${bytes.toString("base64")}`],
  ])("bytes of %s", async (_name, input) => {
    expect((await failureOf(input, tooManyBytes)).code).toBe("IMAGE_TOO_LARGE");
  });

  test("of a file before it is read", async () => {
    await using copy = await copyFixture("images");
    const huge = `${copy.folder}/huge.png`;
    await copy.write("huge.png", "");
    await truncate(huge, 2 ** 40);
    expect((await failureOf(huge)).code).toBe("IMAGE_TOO_LARGE");
  });
  test("of a stream as they come", async () => {
    let chunks = 0;
    const pull = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      if (chunks++ < 50) controller.enqueue(new Uint8Array(60));
      else controller.close();
    };
    const failure = await failureOf(() => new ReadableStream({ pull }), tooManyBytes);
    expect(failure.code).toBe("IMAGE_TOO_LARGE");
    expect(chunks).toBeLessThan(10);
  });
});
