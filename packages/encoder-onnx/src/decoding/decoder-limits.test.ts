import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { EncoderError } from "@semblance/core";
import { expect, test } from "vitest";
import { fixturePath } from "../fixtures/fixture-path.ts";
import {
  blackPng,
  hugeGif,
  hugeTiff,
  jpegOfManyScans,
  svgOfManyEntities,
  tiffOfManyPages,
  withSize,
} from "../fixtures/image-bombs.ts";
import { decodePicture } from "./decode-picture.ts";
import { createSharpDecoder } from "./sharp-decoder.ts";

const decoder = createSharpDecoder();
const limits = { maxPixels: 100_000_000, maxBytes: 256 * 2 ** 20 };
const jpeg = readFileSync(fixturePath("images/rgb.jpg"));
const avif = readFileSync(fixturePath("images/grey.avif"));
const webp = readFileSync(fixturePath("images/lossy.webp"));

async function failureOf(bytes: Uint8Array): Promise<EncoderError> {
  const error = await decoder.decode(bytes, limits).catch((reason: unknown) => reason);
  if (EncoderError.isInstance(error)) return error;
  throw new Error(`Expected an EncoderError, found ${String(error)}.`);
}

/** What the process has grown by while something ran, in MiB. */
async function growthOf(action: () => Promise<unknown>): Promise<number> {
  const before = process.resourceUsage().maxRSS;
  await action();
  return (process.resourceUsage().maxRSS - before) / 1024;
}

test.each<[string, Uint8Array, RegExp]>([
  ["a PNG", blackPng(60_000, 60_000, { rows: 0 }), /60000×60000 pixels/],
  ["a PNG beyond all numbers", blackPng(2_139_062_143, 1, { rows: 0 }), /2139062143×1 pixels/],
  ["an AVIF", withSize(avif, 2_139_062_143, 1), /2139062143×1 pixels/],
  ["a JPEG", withSize(jpeg, 60_000, 60_000), /60000×60000 pixels/],
  ["a WebP", withSize(webp, 16_383, 16_383), /16383×16383 pixels/],
  ["a GIF", hugeGif(65_535, 65_535), /65535×65535 pixels/],
  ["a GIF in its frame", hugeGif(10, 65_535), /65535×65535 pixels/],
  ["a TIFF", hugeTiff(60_000), /60000×60000 pixels/],
])("%s that says to be huge is refused by its header", async (_name, bytes, message) => {
  const growth = await growthOf(async () => {
    const failure = await failureOf(bytes);
    expect(failure.code).toBe("IMAGE_TOO_LARGE");
    expect(failure.message).toMatch(message);
  });
  expect(growth).toBeLessThan(50);
});

test.each<[string, Uint8Array]>([
  ["a PNG", blackPng(10_000, 9999, { rows: 1 })],
  ["an interlaced PNG", blackPng(10_000, 9999, { rows: 1, isInterlaced: true })],
  ["a WebP", withSize(webp, 9999, 9999)],
  ["a TIFF", hugeTiff(9999)],
  ["a TIFF in its tiles", hugeTiff(10, 60_000)],
])("%s with less data than its size needs is refused early", async (_name, bytes) => {
  const growth = await growthOf(async () => {
    const failure = await failureOf(bytes);
    expect(failure.code).toBe("IMAGE_UNREADABLE");
    expect(failure.message).toMatch(/damaged or cut off/);
  });
  expect(growth).toBeLessThan(350);
});

test("a JPEG that goes over its pixels a thousand times is refused before the first", async () => {
  const failure = await failureOf(jpegOfManyScans(1024));
  expect(failure.message).toMatch(/it makes more than 100 passes over its pixels/);
});

test("an image that takes too long is given up, and the error says so", async () => {
  const picture = {
    ...{ input: "slow.jpg", bytes: jpegOfManyScans(8000, 99), format: "jpeg" as const },
    ...{ limits, isTurned: true, timeLimit: 1 },
  };
  await expect(decodePicture(picture)).rejects.toThrow(/it took longer than 1 s to decode/);
});

test("a photo's progressive JPEG is read, though a thumbnail and a film stand in it", async () => {
  const photo = readFileSync(fixturePath("images/progressive.jpg"));
  const film = Buffer.alloc(4000, Buffer.from([0xff, 0xda, 0, 2]));
  const read = await decoder.decode(Buffer.concat([photo, film]), limits);
  expect(read).toEqual(await decoder.decode(photo, limits));
});

test.each([
  ["text of 50 MB in a PNG", blackPng(10, 10, { text: 50_000_000 }), ""],
  ["a drawing of entities", svgOfManyEntities(), "an SVG drawing"],
  ["a packed drawing", gzipSync(svgOfManyEntities()), "a gzip archive"],
])("%s is not unpacked", async (_name, bytes, refused) => {
  const growth = await growthOf(async () => {
    if (refused === "") expect((await decoder.decode(bytes, limits)).rgb).toHaveLength(300);
    else expect((await failureOf(bytes)).message).toMatch(refused);
  });
  expect(growth).toBeLessThan(30);
});

test("a TIFF of a hundred thousand pages takes no longer than one", async () => {
  const page = readFileSync(fixturePath("images/plain.tif"));
  const start = performance.now();
  const read = await decoder.decode(tiffOfManyPages(page, 100_000), limits);
  // Counting them takes about eight seconds.
  expect(performance.now() - start).toBeLessThan(3000);
  expect(read).toEqual(await decoder.decode(page, limits));
});

test("of a TIFF that is cut off in its second page, the first is read as Pillow reads it", async () => {
  const pages = readFileSync(fixturePath("images/pages.tif"));
  const read = await decoder.decode(pages.subarray(0, -100), limits);
  expect(read).toEqual(await decoder.decode(pages, limits));
});

test("a PNG keeps the orientation that it has beside a long text", async () => {
  const turned = readFileSync(fixturePath("images/orientation-6.png"));
  const text = blackPng(1, 1, { text: 50_000_000 });
  const chunk = text.subarray(text.indexOf("zTXt") - 4, text.indexOf("IDAT") - 4);
  const longer = Buffer.concat([turned.subarray(0, 33), chunk, turned.subarray(33)]);
  expect(await decoder.decode(longer, limits)).toEqual(await decoder.decode(turned, limits));
});

test("99 million pixels take their own bytes of memory and little more", async () => {
  const folder = await mkdtemp(join(tmpdir(), "decoder-limits-"));
  const path = join(folder, "large.png");
  await writeFile(path, blackPng(10_000, 9900));
  const script = fileURLToPath(new URL("../fixtures/decode-and-measure.ts", import.meta.url));
  const options = ["--conditions=@semblance/source", script, path];
  const output = execFileSync(process.execPath, options, { encoding: "utf8" });
  await rm(folder, { recursive: true });
  const [width, height, grown] = output.trim().split(" ").map(Number);
  expect([width, height]).toEqual([10_000, 9900]);
  expect(grown).toBeLessThan(400);
});
