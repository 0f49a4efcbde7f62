import { access, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ModelError } from "@semblance/core";
import type { Dtype } from "./config.ts";
import { modelNameOf } from "./hub-cache.ts";
import { type ModelConfig, modelConfig } from "./model-config.ts";
import { type ModelManifest, modelManifest } from "./model-manifest.ts";
import { findTowerFile, listOnnxFiles, onnxFileName, type TowerFile } from "./onnx-files.ts";
import { readJson } from "./read-json.ts";

/** A model folder whose files are known to be there. No weights are read yet. */
export interface ModelFolder {
  /** Absolute path. */
  readonly folder: string;
  readonly name: string;
  readonly config: ModelConfig;
  /** What `semblance.json` says; absent in folders that others made. */
  readonly manifest?: ModelManifest;
  readonly vision?: TowerFile;
  readonly text?: TowerFile;
}

/**
 * Looks through a model folder: configuration, and which towers it has.
 *
 * @throws ModelError `MODEL_NOT_FOUND`, `NOT_A_MODEL` (says what is missing), `MODEL_FILE_MISSING`,
 * `MODEL_FILE_CHANGED`, `MODEL_FILE_INVALID`, `MODEL_UNSUPPORTED`.
 */
export async function openModelFolder(path: string, dtype: Dtype): Promise<ModelFolder> {
  const folder = resolve(path);
  await checkFolder(folder);
  const present = await listOnnxFiles(folder);
  await checkFiles(folder, present);
  const config = await readJson(folder, "config.json", modelConfig);
  const manifest = await readManifest(folder);
  const find = (tower: "vision" | "text") =>
    findTowerFile({ folder, tower, dtype, present, manifest });
  const vision = await find("vision");
  const text = await find("text");
  return {
    folder,
    name: manifest?.name ?? modelNameOf(folder),
    config,
    ...(manifest && { manifest }),
    ...(vision && { vision }),
    ...(text && { text }),
  };
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory()) return;
  throw new ModelError({
    code: "MODEL_NOT_FOUND",
    message: `There is no model folder at ${folder}${found === undefined ? "" : ": it is a file"}.`,
    fix: "Give the path of a folder with config.json and onnx/.",
  });
}

async function checkFiles(folder: string, present: readonly string[]): Promise<void> {
  const has = (stem: string) => present.some((file) => file.startsWith(stem));
  const hasVision = has("onnx/vision_model");
  const hasText = has("onnx/text_model");
  const needed = [
    "config.json",
    ...(hasVision ? ["preprocessor_config.json"] : []),
    ...(hasText ? ["tokenizer.json", "tokenizer_config.json"] : []),
  ];
  const missing: string[] = [];
  for (const file of needed) if (!(await isThere(join(folder, file)))) missing.push(file);
  if (!hasVision && !hasText) {
    missing.push(`${onnxFileName("vision", "fp32")} or ${onnxFileName("text", "fp32")}`);
  }
  if (missing.length === 0) return;
  const isCheckpoint = await isThere(join(folder, "model.safetensors"));
  throw new ModelError({
    code: "NOT_A_MODEL",
    message: `${folder} is not a model folder: it has no ${missing.join(", no ")}.`,
    fix: isCheckpoint
      ? "It holds a PyTorch checkpoint: export that first, with `semblance export`."
      : "Give a folder as `semblance export` writes it, or as transformers.js reads it.",
  });
}

async function readManifest(folder: string): Promise<ModelManifest | undefined> {
  if (!(await isThere(join(folder, "semblance.json")))) return undefined;
  const manifest = await readJson(folder, "semblance.json", modelManifest);
  if (manifest.head === null || manifest.head === undefined) return manifest;
  throw new ModelError({
    code: "MODEL_UNSUPPORTED",
    message: `The model in ${folder} has a head beside its ONNX files, which this version cannot apply.`,
    fix: "Export the model, which folds the head into the graph, or update @semblance/encoder-onnx.",
  });
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
