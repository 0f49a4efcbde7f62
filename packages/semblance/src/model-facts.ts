import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type OpenedModel, parseConfig } from "@semblance/core";
import type { ModelFacts } from "@semblance/matcher";
import { z } from "zod";

const weightsSchema = z.looseObject({ weights: z.string().nullish() });

/**
 * What a result says of the model behind it. `sha256` is over the checkpoint's tensors, as export
 * wrote it; a folder that does not say is hashed over its ONNX files.
 */
export async function describeModel(opened: OpenedModel, dtype: string): Promise<ModelFacts> {
  const { encoder, folder } = opened;
  const sha256 = (await weightsOf(folder)) ?? (await hashOnnxFiles(folder, dtype));
  return { id: encoder.id, name: encoder.name, dtype, sha256 };
}

async function weightsOf(folder: string): Promise<string | undefined> {
  const path = join(folder, "semblance.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  return parseConfig(weightsSchema, JSON.parse(text), path).weights ?? undefined;
}

const fileSuffixes: Readonly<Record<string, string>> = {
  fp32: "",
  fp16: "_fp16",
  int8: "_quantized",
};

async function hashOnnxFiles(folder: string, dtype: string): Promise<string> {
  const suffix = fileSuffixes[dtype] ?? "";
  const inUse = new Set([`text_model${suffix}.onnx`, `vision_model${suffix}.onnx`]);
  const names = (await readdir(join(folder, "onnx"))).filter((name) => inUse.has(name));
  return hashFiles(names.sort().map((name) => join(folder, "onnx", name)));
}

/** SHA-256 over the contents of several files, one after the other. */
export async function hashFiles(paths: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const path of paths) for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
