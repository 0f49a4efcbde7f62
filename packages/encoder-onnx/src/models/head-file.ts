import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeHead, ModelError, type ModelHead } from "@semblance/core";
import type { ModelManifest } from "./model-manifest.ts";
import { sha256 } from "./sha256.ts";

/** The linear map behind a tower. */
export interface TowerHead {
  /** `[dimension, dimension]`, row-major. */
  readonly weight: NonNullable<ModelHead["text"]>;
  /** SHA-256 of the weight's bytes. */
  readonly hash: string;
}

/** The heads of a model, by tower; none for most models. */
export interface TowerHeads {
  readonly image?: TowerHead;
  readonly text?: TowerHead;
}

/**
 * Reads the head that `semblance.json` names. It is small, so that it is always compared with its hash.
 *
 * @throws ModelError `MODEL_FILE_MISSING`, `MODEL_FILE_CHANGED`, `SAFETENSORS_INVALID`, `HEAD_INVALID`.
 */
export async function openHeads(
  folder: string,
  manifest: ModelManifest | undefined,
): Promise<TowerHeads> {
  const { head, dimension = 0, files = {} } = manifest ?? {};
  if (head === null || head === undefined) return {};
  const path = join(folder, head.file);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unusable("MODEL_FILE_MISSING", `${path}, the model's head, cannot be read`, cause);
  });
  const listed = files[head.file];
  if (listed !== undefined && sha256(bytes) !== listed.sha256) {
    throw unusable("MODEL_FILE_CHANGED", `${path} is not what semblance.json says: it was changed`);
  }
  const heads = Object.entries(decodeHead(bytes, { tower: head.tower, dimension }));
  return Object.fromEntries(heads.map(([tower, weight]) => [tower, toTowerHead(weight)]));
}

function toTowerHead(weight: TowerHead["weight"]): TowerHead {
  const { buffer, byteOffset, byteLength } = weight.data;
  return { weight, hash: sha256(new Uint8Array(buffer, byteOffset, byteLength)) };
}

function unusable(code: string, finding: string, cause?: unknown): ModelError {
  return new ModelError({
    code,
    message: `${finding}.`,
    fix: "Copy the model again, with all its files, or fit its head again.",
    cause,
  });
}
