import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseConfig } from "@semblance/core";
import { type Dtype, onnxFilesOf } from "@semblance/encoder-onnx";
import { z } from "zod";

const weightsSchema = z.looseObject({ weights: z.string().nullish() });

/**
 * SHA-256 that a result names a model by: over the checkpoint's tensors, as export wrote it; a folder
 * that does not say is hashed over its ONNX files in use.
 */
export async function hashModel(folder: string, dtype: Dtype): Promise<string> {
  return (await weightsOf(folder)) ?? hashFiles(await onnxFilesOf(folder, dtype));
}

async function weightsOf(folder: string): Promise<string | undefined> {
  const path = join(folder, "semblance.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  return parseConfig(weightsSchema, JSON.parse(text), path).weights ?? undefined;
}

/** SHA-256 over the contents of several files, one after the other. */
export async function hashFiles(paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
