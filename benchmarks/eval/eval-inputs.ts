import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeNpy, normalizeRows, toEmbeddings } from "@semblance/core";
import { createRandom } from "../random.ts";

const dimension = 512;
const captionsPerImage = 5;

/**
 * Writes `image.npy` and `text.npy`, five captions an image, in order. Captions lie near their image,
 * so that ranks are spread as those of a trained model are.
 */
export async function writeEmbeddings(folder: string, images: number): Promise<void> {
  const random = createRandom(1);
  const image = Float32Array.from({ length: images * dimension }, () => random() - 0.5);
  const text = new Float32Array(images * captionsPerImage * dimension);
  for (let i = 0; i < text.length; i++) {
    const row = Math.floor(i / dimension / captionsPerImage);
    text[i] = (image[row * dimension + (i % dimension)] ?? 0) * 0.15 + random() - 0.5;
  }
  for (const [name, data] of Object.entries({ image, text })) {
    const { count } = normalizeRows(toEmbeddings(data, dimension));
    await writeFile(join(folder, `${name}.npy`), encodeNpy({ data, shape: [count, dimension] }));
  }
}

/** Writes qrels of five relevant documents a query, and a run of 100 of which some are. */
export async function writeRun(file: string, queries: number): Promise<void> {
  const random = createRandom(2);
  const qrels: Record<string, Record<string, number>> = {};
  const run: Record<string, Record<string, number>> = {};
  for (let query = 0; query < queries; query++) {
    const first = query * 1000;
    const relevant = [0, 1, 2, 3, 4].map((i) => [`d${first + i * 20}`, 1 + (i % 3)] as const);
    qrels[`q${query}`] = Object.fromEntries(relevant);
    const found = Array.from({ length: 100 }, (_, i) => [`d${first + i}`, random()] as const);
    run[`q${query}`] = Object.fromEntries(found);
  }
  await writeFile(file, JSON.stringify({ qrels, run }));
}
