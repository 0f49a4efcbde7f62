import type { Device, OnnxEncoderSettings } from "./config.ts";
import type { TowerHead } from "./models/head-file.ts";
import { isSiglip } from "./models/model-config.ts";
import type { ModelFolder } from "./models/model-folder.ts";
import { sha256 } from "./models/sha256.ts";
import type { TowerFile } from "./models/tower-file.ts";
import type { Resource } from "./resource.ts";

/** What the parts of an encoder are made from. */
export interface EncoderContext {
  readonly model: ModelFolder;
  readonly settings: OnnxEncoderSettings;
  readonly device: Device;
  readonly dimension: number;
  /** Everything to close at the end. */
  readonly resources: Resource<unknown>[];
}

/** Names of the output that may hold a side's vectors, the likeliest first. */
export function outputsOf(
  { config, openClip }: ModelFolder,
  side: "image" | "text",
): readonly string[] {
  const names = [`${side}_embeds`, `${side}_embedding`, "embedding"];
  // SigLIP has no projection: what its towers pool is the embedding. CLIP's pooled output is not.
  return isSiglip(config) && openClip === undefined ? [...names, "pooler_output"] : names;
}

/**
 * Names a tower's weights on a device, with the head behind them: another device computes other numbers,
 * which are not these.
 */
export function weightsHashOf(
  { hash }: TowerFile,
  device: Device,
  head: TowerHead | undefined,
): string {
  const parts = [hash, ...(device === "cpu" ? [] : [device]), ...(head ? ["head", head.hash] : [])];
  return parts.length === 1 ? hash : sha256(parts);
}
