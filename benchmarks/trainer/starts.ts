import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { say } from "../say.ts";
import { pairsOfImages, type ReferenceData, writePairs } from "./reference-data.ts";
import { runFit } from "./run-fit.ts";

/** Weights to start from, and the tables of a fine-tune from them. */
export interface Start {
  readonly name: string;
  /** A checkpoint folder. */
  readonly checkpoint: string;
  readonly train: string;
  readonly validation: string;
  readonly test: string;
}

const half = 300;

/**
 * Random weights with all training images, and a small CLIP that has been trained for `seconds` on
 * half of them, to be fine-tuned on the other half: no image is in both, nor in validation or test.
 */
export async function makeStarts(
  data: ReferenceData,
  folder: string,
  seconds: number,
): Promise<Start[]> {
  await mkdir(folder, { recursive: true });
  const table = (name: string, pairs = data.train) =>
    writePairs(join(folder, `${name}.csv`), pairs);
  const validation = await table("validation", data.validation);
  const test = await table("test", data.test);
  const common = { validation, test };
  const first = await table("pretrain", pairsOfImages(data.train, 0, half));
  const second = await table("fine-tune", pairsOfImages(data.train, half, half));
  say(`Pre-training a small CLIP for ${seconds} s.`);
  const run = join(folder, "pretrained");
  await runFit({ model: "scratch:tiny", train: first, timeLimit: seconds, seed: 0, run });
  return [
    { name: "tiny-clip", checkpoint: data.tinyClip, train: await table("train"), ...common },
    { name: "pretrained", checkpoint: run, train: second, ...common },
  ];
}
