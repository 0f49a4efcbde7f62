import { createWriteStream } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Dataset, type Judgement, TrainerError } from "@semblance/core";
import { toImageFile } from "./image-file.ts";

/** How to write a dataset for Python. */
export interface WriteDatasetOptions {
  readonly dataset: Dataset;
  readonly folder: string;
  /** Called for every item written, with the number so far. */
  readonly onItem: (count: number) => void;
  /** Told how many judgements name an item that is not there, when there are any. */
  readonly onUnknownItems: (count: number) => void;
}

/**
 * Writes `images.jsonl`, `texts.jsonl` and `judgements.jsonl`, a line at a time; the judgements name
 * rows of the other two. Each file is replaced in one go. A relevance of `NaN` becomes `null`: nobody
 * knows, and training leaves the pair out of its loss. Images may lie in tar archives.
 *
 * @throws {@link TrainerError} `DATASET_EMPTY` when there are no images, no texts or no judgements.
 */
export async function writeDataset(options: WriteDatasetOptions): Promise<void> {
  const { dataset, folder } = options;
  await mkdir(folder, { recursive: true });
  let written = 0;
  const rowsOf = async (modality: "image" | "text", name: string) => {
    const rows = new Map<string, number>();
    await writeLines(
      join(folder, name),
      itemLines(dataset, modality, rows, () => {
        written += 1;
        options.onItem(written);
      }),
    );
    return rows;
  };
  const images = await rowsOf("image", "images.jsonl");
  const texts = await rowsOf("text", "texts.jsonl");
  const tally = { known: 0, unknown: 0 };
  const lines = judgementLines(dataset.judgements(), images, texts, tally);
  await writeLines(join(folder, "judgements.jsonl"), lines);
  if (tally.known === 0) throw datasetEmpty(dataset, images.size, texts.size);
  if (tally.unknown > 0) options.onUnknownItems(tally.unknown);
}

async function* itemLines(
  dataset: Dataset,
  modality: "image" | "text",
  rows: Map<string, number>,
  onItem: () => void,
): AsyncGenerator<string> {
  let row = 0;
  for await (const { id, content } of dataset.items(modality)) {
    rows.set(id, row);
    row += 1;
    const shown = modality === "image" ? { paths: content.map(toImageFile) } : { text: content[0] };
    yield `${JSON.stringify({ id, ...shown })}\n`;
    onItem();
  }
}

async function* judgementLines(
  judgements: AsyncIterable<Judgement>,
  images: ReadonlyMap<string, number>,
  texts: ReadonlyMap<string, number>,
  tally: { known: number; unknown: number },
): AsyncGenerator<string> {
  for await (const judgement of judgements) {
    const image = images.get(judgement.image);
    const text = texts.get(judgement.text);
    if (image === undefined || text === undefined) {
      tally.unknown += 1;
      continue;
    }
    tally.known += 1;
    yield `${JSON.stringify({ image, text, relevance: judgement.relevance })}\n`;
  }
}

async function writeLines(path: string, lines: AsyncIterable<string>): Promise<void> {
  await pipeline(Readable.from(lines), createWriteStream(`${path}.tmp`));
  await rename(`${path}.tmp`, path);
}

function datasetEmpty(dataset: Dataset, images: number, texts: number): TrainerError {
  return new TrainerError({
    code: "DATASET_EMPTY",
    message: `The dataset "${dataset.name}" has ${images} images and ${texts} texts, but no pair of them that belongs together.`,
    fix: "Give training and validation data with at least one relevant pair each.",
  });
}
