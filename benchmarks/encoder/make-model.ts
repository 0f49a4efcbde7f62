import { glob, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportCheckpoint } from "@semblance/trainer-bridge";
import { benchmarkCache, hashOf, makeOnce } from "../environment.ts";
import { runQuietly } from "../run-quietly.ts";
import { makeCaptions } from "./captions.ts";

/** Which architecture, in its full size: CLIP ViT-B/32, or SigLIP base with patch 16. */
export type Family = "clip" | "siglip";

/** A checkpoint of random weights, and its export. */
export interface MadeModel {
  readonly checkpoint: string;
  readonly model: string;
}

/** Makes the model in the cache, or takes it from there. */
export async function makeModel(family: Family, python: string): Promise<MadeModel> {
  const folder = join(benchmarkCache(), `${family}-${await hashOfMakers()}`);
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
  const makers = [join(import.meta.dirname, "make_checkpoint.py")];
  for await (const file of glob("**/*.py", { cwd: bridge })) makers.push(join(bridge, file));
  const contents = makers.sort().map((file) => readFile(file, "utf8"));
  return hashOf(await Promise.all(contents));
}
