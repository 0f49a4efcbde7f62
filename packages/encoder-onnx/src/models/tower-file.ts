import { stat } from "node:fs/promises";
import { join } from "node:path";
import { ModelError } from "@semblance/core";
import { hashFileOnce } from "./hash-file-once.ts";
import type { ModelManifest } from "./model-manifest.ts";
import { sha256 } from "./sha256.ts";

/** The weights of one tower. */
export interface TowerFile {
  /** Absolute path of the ONNX file. */
  readonly path: string;
  /** SHA-256 over the hashes of the ONNX file and of files with weights beside it. */
  readonly hash: string;
}

/**
 * Names a tower's weights by their content. Hashes come from `semblance.json`, whose sizes are checked;
 * a file that it does not list is read and hashed, once for a user.
 *
 * @param parts - The graph, then the files beside it, in the folder.
 * @throws ModelError `MODEL_FILE_CHANGED` when a size differs.
 */
export async function openTowerFile(
  folder: string,
  parts: readonly string[],
  manifest: ModelManifest | undefined,
): Promise<TowerFile | undefined> {
  const [name] = parts;
  if (name === undefined) return undefined;
  const hashes: string[] = [];
  for (const part of parts) hashes.push(part, await hashOf(folder, part, manifest));
  return { path: join(folder, name), hash: sha256(hashes) };
}

async function hashOf(
  folder: string,
  file: string,
  manifest: ModelManifest | undefined,
): Promise<string> {
  const path = join(folder, file);
  const listed = manifest?.files[file];
  if (listed === undefined) return hashFileOnce(path);
  const { size } = await stat(path);
  if (size === listed.bytes) return listed.sha256;
  throw new ModelError({
    code: "MODEL_FILE_CHANGED",
    message: `${path} has ${size} bytes, but semblance.json says ${listed.bytes}: it was changed or cut off.`,
    fix: "Export or copy the model again.",
  });
}
