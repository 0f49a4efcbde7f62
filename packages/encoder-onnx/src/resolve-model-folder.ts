import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { ModelError, type RunOptions } from "@semblance/core";
import type { Dtype } from "./config.ts";
import { downloadModel } from "./download-model.ts";
import { modelNameOf } from "./hub-cache.ts";
import { parseHubId } from "./hub-id.ts";
import { knownConversionOf } from "./hub-known-conversions.ts";
import type { HubConfig } from "./hub-settings.ts";

/** Options of {@link resolveModelFolder}. */
export interface ResolveModelOptions extends RunOptions {
  /** A folder, or `organisation/name` with or without `@revision` on the hub. */
  readonly model: string;
  /** Which ONNX files to bring. @defaultValue `"fp32"` */
  readonly dtype?: Dtype | "auto" | undefined;
  readonly hub?: HubConfig | undefined;
}

/** Where a model's files lie. */
export interface ResolvedModel {
  /** Absolute path; it is there. */
  readonly folder: string;
  /** `organisation/name` for a model of the hub, else the folder's own name. */
  readonly name: string;
}

/**
 * The folder of a model that is named by its path or by its id on the hub: a folder of that name comes
 * first, then the repository's own ONNX files, then those of a known conversion. What is not in the
 * cache is downloaded.
 *
 * @throws ModelError `MODEL_NOT_FOUND` for what is neither, and what `downloadModel` throws.
 */
export async function resolveModelFolder(options: ResolveModelOptions): Promise<ResolvedModel> {
  const { model } = options;
  const folder = resolve(model);
  const facts = await stat(folder).catch(() => undefined);
  if (facts?.isDirectory()) return { folder, name: modelNameOf(folder) };
  const hubId = facts === undefined ? parseHubId(model) : undefined;
  if (hubId !== undefined) return { folder: await download(options), name: hubId.id };
  throw new ModelError({
    code: "MODEL_NOT_FOUND",
    message: `There is no model folder at ${folder}${facts === undefined ? "" : ": it is a file"}.`,
    fix: "Give the path of a folder with config.json and onnx/, or organisation/name on the hub.",
  });
}

async function download(options: ResolveModelOptions): Promise<string> {
  const { model, dtype, hub, signal, onProgress } = options;
  const common = { ...hub, dtype, ...(signal && { signal }), ...(onProgress && { onProgress }) };
  try {
    return (await downloadModel({ ...common, id: model })).folder;
  } catch (error) {
    const conversion = knownConversionOf(model, hub?.revision);
    const isWithoutOnnx =
      ModelError.isInstance(error) && ["NO_ONNX", "MODEL_NOT_CACHED"].includes(error.code);
    if (conversion === undefined || !isWithoutOnnx) throw error;
    const { repository: id, revision } = conversion;
    return (await downloadModel({ ...common, id, revision })).folder;
  }
}
