import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportCheckpoint } from "@semblance/trainer-bridge";
import { benchmarkCache, makeOnce, runQuietly } from "../environment.ts";
import { makeCaptions } from "./captions.ts";

/** Which architecture, in its full size: CLIP ViT-B/32, or SigLIP base with patch 16. */
export type Family = "clip" | "siglip";

/** A checkpoint of random weights, and its export. */
export interface MadeModel {
  readonly checkpoint: string;
  readonly model: string;
}

// Part of the folder's name: a model of an older make is not taken for this one.
const make = 1;

/** Makes the model in the cache, or takes it from there. */
export async function makeModel(family: Family, python: string): Promise<MadeModel> {
  const folder = join(benchmarkCache(), `${family}-${make}`);
  const made = { checkpoint: join(folder, "checkpoint"), model: join(folder, "model") };
  await makeOnce(folder, async () => {
    const captions = await mkdtemp(join(tmpdir(), "semblance-captions-"));
    try {
      const file = join(captions, "captions.txt");
      await writeFile(file, makeCaptions(2000).join("\n"));
      const script = join(import.meta.dirname, "make_checkpoint.py");
      await runQuietly(python, [script, family, made.checkpoint, file]);
    } finally {
      await rm(captions, { recursive: true });
    }
    await exportCheckpoint({ checkpoint: made.checkpoint, output: made.model, python });
    const quantize = join(import.meta.dirname, "quantize_towers.py");
    await runQuietly(python, [quantize, made.model]);
  });
  return made;
}
