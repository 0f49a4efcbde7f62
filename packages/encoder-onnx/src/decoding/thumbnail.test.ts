import sharp from "sharp";
import { expect, test } from "vitest";
import { encodeThumbnail } from "./thumbnail.ts";

function plain(width: number, height: number) {
  const rgb = new Uint8Array(width * height * 3).map((_, i) => [200, 30, 60][i % 3] ?? 0);
  return { rgb, width, height };
}

test("a thumbnail's longer side is 128 pixels, and its shape is that of the image", async () => {
  const { format, width, height } = await sharp(await encodeThumbnail(plain(600, 300))).metadata();
  expect({ format, width, height }).toEqual({ format: "webp", width: 128, height: 64 });
});

test("an image that is small keeps its size", async () => {
  const { width, height } = await sharp(await encodeThumbnail(plain(20, 10))).metadata();
  expect({ width, height }).toEqual({ width: 20, height: 10 });
});

test("its colours are those of the image", async () => {
  const file = await encodeThumbnail(plain(300, 300), { size: 32, quality: 90 });
  const { channels } = await sharp(file).stats();
  const means = channels.map(({ mean }) => mean);
  for (const [i, wanted] of [200, 30, 60].entries()) {
    expect(Math.abs((means[i] ?? 0) - wanted)).toBeLessThan(4);
  }
});
