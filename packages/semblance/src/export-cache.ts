import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type RunOptions, withoutUndefined } from "@semblance/core";
import { modelNameOf, userCacheFolder } from "@semblance/encoder-onnx";
import { type ExportDtype, exportCheckpoint } from "@semblance/trainer-bridge";
import { hashCheckpoint } from "./checkpoint-hash.ts";

/** Options of {@link exportOnce}. */
export interface ExportOnceOptions extends RunOptions {
  /** A Hugging Face checkpoint folder. */
  readonly checkpoint: string;
  /** @defaultValue the user's cache folder for Semblance */
  readonly cacheFolder?: string | undefined;
  readonly python?: string | undefined;
  /** Each precision is exported and kept by itself. @defaultValue `"fp32"` */
  readonly dtype?: ExportDtype | undefined;
}

/**
 * The ONNX model of a checkpoint: exported on first use, then taken from the user's cache, whose key
 * is the checkpoint's content. Two processes at once may both export; one result stays.
 */
export async function exportOnce(options: ExportOnceOptions): Promise<string> {
  const { checkpoint, python, dtype = "fp32", signal, onProgress } = options;
  const cacheFolder = options.cacheFolder ?? userCacheFolder();
  const key = await hashCheckpoint(checkpoint, withoutUndefined({ signal, onProgress }));
  const model = join(cacheFolder, "exports", dtype === "fp32" ? key : `${key}-${dtype}`);
  if (await isComplete(model)) return model;
  await mkdir(dirname(model), { recursive: true });
  const working = await mkdtemp(`${model}-`);
  try {
    const name = modelNameOf(checkpoint);
    const dtypes = [dtype];
    await exportCheckpoint(
      withoutUndefined({ checkpoint, output: working, name, dtypes, python, signal, onProgress }),
    );
    await rename(working, model).catch(async (error: unknown) => {
      if (!(await isComplete(model))) throw error;
    });
  } finally {
    await rm(working, { recursive: true, force: true });
  }
  return model;
}

// The exporter writes semblance.json last.
async function isComplete(model: string): Promise<boolean> {
  return (await stat(join(model, "semblance.json")).catch(() => undefined)) !== undefined;
}
