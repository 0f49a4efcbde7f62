import { mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import sharp from "sharp";
import { createRandom } from "../random.ts";

const width = 500;
const height = 375;

/** The first photos of a folder, by name. @throws Error when it has none. */
export async function listPhotos(folder: string, count: number): Promise<string[]> {
  const found = await readdir(folder).catch(() => []);
  const names = found.filter((name) => /\.jpe?g$/i.test(name)).sort();
  if (names.length === 0) throw new Error(`There are no JPEG files in ${folder}.`);
  // Fewer than asked for come round again.
  return Array.from({ length: count }, (_, i) => resolve(folder, names[i % names.length] ?? ""));
}

/** Makes JPEG files of 500×375, or 375×500, as heavy to decode as photos: clouds of noise and shapes. */
export async function makePhotos(folder: string, count: number): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const paths = Array.from({ length: count }, (_, i) => join(folder, `photo-${i}.jpg`));
  for (const [i, path] of paths.entries()) await makePhoto(path, i + 1);
  return paths;
}

async function makePhoto(path: string, seed: number): Promise<void> {
  const random = createRandom(seed * 7919);
  const [w, h] = seed % 4 === 0 ? [height, width] : [width, height];
  const clouds = await cloud(random, w, h, 12);
  const detail = await cloud(random, w, h, 2);
  await sharp(clouds)
    .composite([{ input: detail, blend: "soft-light" }, { input: shapes(random, w, h) }])
    .jpeg({ quality: 90 })
    .toFile(path);
}

/** Coloured noise of about `grain` pixels' coarseness. */
async function cloud(random: () => number, w: number, h: number, grain: number): Promise<Buffer> {
  const [columns, rows] = [Math.ceil(w / grain), Math.ceil(h / grain)];
  const noise = Buffer.from(Array.from({ length: columns * rows * 3 }, () => random() * 256));
  return await sharp(noise, { raw: { width: columns, height: rows, channels: 3 } })
    .resize(w, h, { kernel: "cubic", fit: "fill" })
    .png({ compressionLevel: 1 })
    .toBuffer();
}

function shapes(random: () => number, w: number, h: number): Buffer {
  const at = (limit: number) => Math.round(random() * limit);
  const drawn = Array.from({ length: 8 }, () => {
    const colour = `rgb(${at(255)},${at(255)},${at(255)})`;
    const [x, y, rx, ry] = [at(w), at(h), 10 + at(w / 5), 10 + at(h / 5)];
    return random() < 0.5
      ? `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="${colour}" fill-opacity="0.8"/>`
      : `<rect x="${x}" y="${y}" width="${rx}" height="${ry}" fill="${colour}"/>`;
  });
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}">${drawn.join("")}</svg>`,
  );
}
