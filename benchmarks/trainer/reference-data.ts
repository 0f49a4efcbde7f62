import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readTable } from "@semblance/data";
import { sharedFolder } from "../../tools/shared.ts";

/** Photos with five captions each, in three tables, and a tiny CLIP of random weights. */
export interface ReferenceData {
  readonly train: readonly Pair[];
  readonly validation: readonly Pair[];
  readonly test: readonly Pair[];
  /** A checkpoint folder. */
  readonly tinyClip: string;
}

/** One row of a table. */
export interface Pair {
  /** An absolute path. */
  readonly image: string;
  readonly caption: string;
}

/** Reads the tables of the folder beside the checkout. @throws Error where there is none. */
export async function readReferenceData(): Promise<ReferenceData> {
  const data = sharedFolder("data", "flickr8k-800");
  const tinyClip = sharedFolder("oracle", "tiny-clip", "checkpoint");
  if (data === undefined || tinyClip === undefined) {
    throw new Error(
      "The trainer's benchmarks need the reference data that stands beside a checkout.",
    );
  }
  const read = (name: string) => readPairs(resolve(data, `${name}.csv`));
  return {
    train: await read("train"),
    validation: await read("val"),
    test: await read("test"),
    tinyClip,
  };
}

async function readPairs(file: string): Promise<Pair[]> {
  const { columns, baseFolder = "" } = await readTable(file);
  const { image = [], caption = [] } = columns;
  return image.map((path, row) => ({
    image: resolve(baseFolder, String(path)),
    caption: String(caption[row]),
  }));
}

/** The pairs of some of the images: `count` of them from the `from`th on, in order of appearance. */
export function pairsOfImages(pairs: readonly Pair[], from: number, count: number): Pair[] {
  const images = [...new Set(pairs.map(({ image }) => image))].slice(from, from + count);
  if (images.length < count) throw new Error(`There are no ${count} images from ${from} on.`);
  const chosen = new Set(images);
  return pairs.filter(({ image }) => chosen.has(image));
}

/** Writes a table that all systems can read: `image`, `caption`. @returns Its path. */
export async function writePairs(file: string, pairs: readonly Pair[]): Promise<string> {
  const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
  const rows = pairs.map(({ image, caption }) => `${quote(image)},${quote(caption)}`);
  await writeFile(file, `${["image,caption", ...rows].join("\n")}\n`);
  return file;
}
