import { resolve } from "node:path";
import { ModelError } from "@semblance/core";
import { modelNameOf } from "../hub/cache.ts";
import type { Dtype } from "./dtype.ts";
import { openHeads, type TowerHeads } from "./head-file.ts";
import { type ModelConfig, modelConfig } from "./model-config.ts";
import { graphNames, layoutOf, type ModelLayout, type TowerName } from "./model-layout.ts";
import { type ModelManifest, modelManifest } from "./model-manifest.ts";
import {
  chooseDtype,
  hasTower,
  listModelFiles,
  partsOfTower,
  type TowerSearch,
} from "./onnx-files.ts";
import {
  fromOpenClip,
  type OpenClipConfig,
  openClipConfig,
  openClipFile,
} from "./open-clip-config.ts";
import { readJson } from "./read-json.ts";
import { openTowerFile, type TowerFile } from "./tower-file.ts";

/** A model folder whose files are known to be there. No weights are read yet. */
export interface ModelFolder {
  /** Absolute path. */
  readonly folder: string;
  readonly layout: ModelLayout;
  readonly name: string;
  /** Precision of the files in use. */
  readonly dtype: Dtype;
  readonly config: ModelConfig;
  /** Where the configuration is open_clip's. */
  readonly openClip?: OpenClipConfig;
  /** What `semblance.json` says; absent in folders that others made. */
  readonly manifest?: ModelManifest;
  /** Maps that belong behind the towers' graphs. */
  readonly heads: TowerHeads;
  readonly vision?: TowerFile;
  readonly text?: TowerFile;
}

/**
 * Looks through a model folder: configuration, and which towers it has.
 *
 * @param wanted - The precision to use, or several in order of preference: the first that all towers have.
 * @throws ModelError `NOT_A_MODEL` (says what is missing), `MODEL_FILE_MISSING`,
 * `MODEL_FILE_CHANGED`, `MODEL_FILE_INVALID`, `MODEL_UNSUPPORTED`; of a bad head, what `openHeads` throws.
 */
export async function openModelFolder(
  path: string,
  wanted: Dtype | readonly Dtype[],
): Promise<ModelFolder> {
  const folder = resolve(path);
  const present = await listModelFiles(folder);
  const layout = layoutOf(present);
  const manifest = await readManifest(folder, present);
  const search = { folder, layout, present, listed: Object.keys(manifest?.files ?? {}) };
  checkFiles(search);
  const dtype = typeof wanted === "string" ? wanted : chooseDtype(search, wanted);
  const openTower = (tower: TowerName) =>
    openTowerFile(folder, partsOfTower(search, tower, dtype), manifest);
  const [vision, text] = [await openTower("vision"), await openTower("text")];
  return {
    folder,
    layout,
    name: manifest?.name ?? modelNameOf(folder),
    dtype,
    ...(await readConfig(folder, layout)),
    ...(manifest && { manifest }),
    heads: await openHeads(folder, manifest),
    ...(vision && { vision }),
    ...(text && { text }),
  };
}

function checkFiles(search: TowerSearch): void {
  const { folder, layout, present } = search;
  const { config, preprocessor, tokenizerFolder, stems } = layout;
  const [hasVision, hasText] = [hasTower(search, "vision"), hasTower(search, "text")];
  const tokenizer = ["tokenizer.json", "tokenizer_config.json"].map(
    (name) => tokenizerFolder + name,
  );
  const needed = [config, ...(hasVision ? [preprocessor] : []), ...(hasText ? tokenizer : [])];
  const missing = needed.filter((file) => !present.includes(file));
  if (!hasVision && !hasText) {
    const [vision = "", text = ""] = [stems.vision[0], stems.text[0]];
    missing.push(`${graphNames(vision, "fp32")[0]} or ${graphNames(text, "fp32")[0]}`);
  }
  if (missing.length === 0) return;
  throw new ModelError({
    code: "NOT_A_MODEL",
    message: `${folder} is not a model folder: it has no ${missing.join(", no ")}.`,
    fix: present.includes("model.safetensors")
      ? "It holds a PyTorch checkpoint: export that first, with `semblance export`."
      : "Give a folder as `semblance export` writes it, or as transformers.js or Immich read it.",
  });
}

async function readConfig(
  folder: string,
  layout: ModelLayout,
): Promise<Pick<ModelFolder, "config" | "openClip">> {
  const { kind, config: file } = layout;
  if (kind === "transformers") return { config: await readJson(folder, file, modelConfig) };
  const openClip =
    kind === "immich"
      ? await readJson(folder, file, openClipConfig)
      : (await readJson(folder, file, openClipFile)).model_cfg;
  return { config: fromOpenClip(openClip), openClip };
}

async function readManifest(
  folder: string,
  present: readonly string[],
): Promise<ModelManifest | undefined> {
  if (!present.includes("semblance.json")) return undefined;
  return readJson(folder, "semblance.json", modelManifest);
}
