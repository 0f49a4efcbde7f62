import { glob, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportCheckpoint } from "@semblance/trainer-bridge";
import { benchmarkCache, hashOf, makeOnce } from "../environment.ts";
import { runQuietly } from "../run-quietly.ts";
import { makeCaptions } from "./captions.ts";

const maker = join(import.meta.dirname, "make_checkpoint.py");

/** Which architecture, in its full size: CLIP ViT-B/32, or SigLIP base with patch 16. */
export type Family = "clip" | "siglip";

/** A checkpoint of random weights, and its export. */
export interface MadeModel {
  readonly checkpoint: string;
  readonly model: string;
}

/** Makes a checkpoint of random weights in the cache, or takes it from there. @returns Its folder. */
export async function makeCheckpoint(family: Family, python: string): Promise<string> {
  const hash = hashOf([await readFile(maker, "utf8")]);
  const folder = join(benchmarkCache(), `${family}-checkpoint-${hash}`);
  const checkpoint = join(folder, "checkpoint");
  await makeOnce(folder, () => writeCheckpoint(family, python, checkpoint));
  return checkpoint;
}

async function writeCheckpoint(family: Family, python: string, checkpoint: string): Promise<void> {
  const captions = await mkdtemp(join(tmpdir(), "semblance-captions-"));
  try {
    const file = join(captions, "captions.txt");
    await writeFile(file, makeCaptions(2000).join("\n"));
    await runQuietly(python, [maker, family, checkpoint, file]);
  } finally {
    await rm(captions, { recursive: true });
  }
}

/** Makes the model in the cache, or takes it from there. */
export async function makeModel(family: Family, python: string): Promise<MadeModel> {
  const folder = join(benchmarkCache(), `${family}-${await hashOfMakers()}`);
  const made = { checkpoint: join(folder, "checkpoint"), model: join(folder, "model") };
  await makeOnce(folder, async () => {
    await writeCheckpoint(family, python, made.checkpoint);
    await exportCheckpoint({
      checkpoint: made.checkpoint,
      output: made.model,
      dtypes: ["fp32", "int8"],
      python,
    });
  });
  return made;
}

/** A model that older code wrote is not taken for what today's would. */
async function hashOfMakers(): Promise<string> {
  const bridge = join(import.meta.dirname, "../../packages/trainer-bridge/python/src");
  const makers = [maker];
  for await (const file of glob("**/*.py", { cwd: bridge })) makers.push(join(bridge, file));
  const contents = makers.sort().map((file) => readFile(file, "utf8"));
  return hashOf(await Promise.all(contents));
}
