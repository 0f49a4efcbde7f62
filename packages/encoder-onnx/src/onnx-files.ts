import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { ModelError } from "@semblance/core";
import type { Dtype } from "./config.ts";
import type { ModelManifest } from "./model-manifest.ts";
import { sha256 } from "./sha256.ts";

/** The two kinds of towers, as their files are named. */
export type TowerName = "vision" | "text";

/** The weights of one tower. */
export interface TowerFile {
  /** Absolute path of the ONNX file. */
  readonly path: string;
  /** SHA-256 over the hashes of the ONNX file and of files with weights beside it. */
  readonly hash: string;
}

const suffixes: Readonly<Record<Dtype, string>> = { fp32: "", fp16: "_fp16", int8: "_quantized" };

/** Which file of a folder, for a tower in a precision: `onnx/vision_model_fp16.onnx`. */
export function onnxFileName(tower: TowerName, dtype: Dtype): string {
  return `onnx/${tower}_model${suffixes[dtype]}.onnx`;
}

/** What `onnx/` of a model folder holds; nothing when there is no such folder. */
export async function listOnnxFiles(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, "onnx")).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return [];
    throw error;
  });
  return names.map((name) => `onnx/${name}`).sort();
}

/**
 * Finds the weights of a tower; `undefined` when the folder has none of it in any precision.
 *
 * Hashes come from `semblance.json`, whose sizes are checked; a file that it does not list is read
 * and hashed.
 *
 * @throws ModelError `MODEL_FILE_MISSING` when there are other precisions only, or the manifest
 * lists a file that is gone; `MODEL_FILE_CHANGED` when a size differs.
 */
export async function findTowerFile(options: {
  readonly folder: string;
  readonly tower: TowerName;
  readonly dtype: Dtype;
  readonly present: readonly string[];
  readonly manifest: ModelManifest | undefined;
}): Promise<TowerFile | undefined> {
  const { folder, present, manifest } = options;
  const listed = Object.keys(manifest?.files ?? {});
  const [name, ...beside] = partsOfTower({ ...options, listed });
  if (name === undefined) return undefined;
  const hashes: string[] = [];
  for (const part of [name, ...beside]) {
    if (!present.includes(part)) throw missingFile(folder, part, []);
    hashes.push(part, await hashOf(folder, part, manifest));
  }
  return {
    path: join(folder, name),
    hash: sha256(hashes),
  };
}

/**
 * The ONNX files that a folder's towers are made of in a precision: the graphs, and the weights that
 * lie beside them (`vision_model.onnx.data`, `vision_model.onnx_data`). Nothing is read but their names.
 *
 * @returns Absolute paths, sorted; of one tower where the folder has one.
 * @throws ModelError `MODEL_FILE_MISSING` when a tower is there in other precisions only, or none is.
 */
export async function onnxFilesOf(folder: string, dtype: Dtype): Promise<readonly string[]> {
  const root = resolve(folder);
  const present = await listOnnxFiles(root);
  const towers: readonly TowerName[] = ["vision", "text"];
  const parts = towers.flatMap((tower) =>
    partsOfTower({ folder: root, tower, dtype, present, listed: [] }),
  );
  if (parts.length === 0) throw missingFile(root, onnxFileName("vision", dtype), []);
  return parts.map((part) => join(root, part)).sort();
}

/** A tower's graph, then the files with weights beside it; nothing when the folder has none of it. */
function partsOfTower(options: {
  readonly folder: string;
  readonly tower: TowerName;
  readonly dtype: Dtype;
  readonly present: readonly string[];
  /** What the manifest lists, there or not. */
  readonly listed: readonly string[];
}): readonly string[] {
  const { folder, tower, dtype, present, listed } = options;
  const name = onnxFileName(tower, dtype);
  if (!present.includes(name)) {
    const others = present.filter((other) => isOfTower(other, tower));
    if (others.length === 0 && !listed.includes(name)) return [];
    throw missingFile(folder, name, others);
  }
  // Weights beyond 2 GB lie beside the graph: vision_model.onnx.data, vision_model.onnx_data_1.
  return [...new Set([...present, ...listed])].filter((part) => part.startsWith(name)).sort();
}

function isOfTower(file: string, tower: TowerName): boolean {
  return file.startsWith(`onnx/${tower}_model`) && file.endsWith(".onnx");
}

async function hashOf(
  folder: string,
  file: string,
  manifest: ModelManifest | undefined,
): Promise<string> {
  const path = join(folder, file);
  const listed = manifest?.files[file];
  if (listed === undefined) return hashFile(path);
  const { size } = await stat(path);
  if (size === listed.bytes) return listed.sha256;
  throw new ModelError({
    code: "MODEL_FILE_CHANGED",
    message: `${path} has ${size} bytes, but semblance.json says ${listed.bytes}: it was changed or cut off.`,
    fix: "Export or copy the model again.",
  });
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function missingFile(folder: string, file: string, others: readonly string[]): ModelError {
  const found = others.length === 0 ? "" : ` It has ${others.join(", ")}.`;
  return new ModelError({
    code: "MODEL_FILE_MISSING",
    message: `The model folder ${folder} has no ${file}.${found}`,
    fix:
      others.length === 0
        ? "Export or copy the model again."
        : "Choose a dtype that the folder has: fp32 (no suffix), fp16 (_fp16) or int8 (_quantized).",
  });
}
