import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { ModelError, type RunOptions, withoutUndefined } from "@semblance/core";
import { downloadModel } from "../hub/download-model.ts";
import { parseHubId } from "../hub/id.ts";
import { knownConversionOf } from "../hub/known-conversions.ts";
import type { HubConfig } from "../hub/settings.ts";
import type { Dtype } from "./dtype.ts";

/** Options of {@link resolveModelFolder}. */
export interface ResolveModelOptions extends RunOptions {
  /** A folder, or `organisation/name` with or without `@revision` on the hub. */
  readonly model: string;
  /** Which ONNX files to bring. @defaultValue `"fp32"` */
  readonly dtype?: Dtype | "auto" | undefined;
  readonly hub?: HubConfig | undefined;
}

/**
 * The folder of a model that is named by its path or by its id on the hub: a folder of that name comes
 * first, then the repository's own ONNX files, then those of a known conversion. What is not in the
 * cache is downloaded.
 *
 * @returns An absolute path, which is there.
 * @throws ModelError `MODEL_NOT_FOUND` for what is neither, and what `downloadModel` throws.
 */
export async function resolveModelFolder(options: ResolveModelOptions): Promise<string> {
  const { model } = options;
  const folder = resolve(model);
  const facts = await stat(folder).catch(() => undefined);
  if (facts?.isDirectory()) return folder;
  const hubId = facts === undefined ? parseHubId(model) : undefined;
  if (hubId === undefined) throw noFolderError(folder, facts !== undefined);
  const own = await download(options, model).catch((error: unknown) => {
    const isPassable = ModelError.isInstance(error) && passable.has(error.code);
    if (isPassable && knownConversionOf(model, options.hub?.revision)) return error;
    throw mayBePath(error, folder);
  });
  return typeof own === "string" ? own : downloadConversion(options, own);
}

function noFolderError(folder: string, isFile: boolean): ModelError {
  return new ModelError({
    code: "MODEL_NOT_FOUND",
    message: `There is no model folder at ${folder}${isFile ? ": it is a file" : ""}.`,
    fix: "Give the path of a folder with config.json and onnx/, or organisation/name on the hub.",
  });
}

async function download(options: ResolveModelOptions, id: string): Promise<string> {
  const { dtype, hub, signal, onProgress } = options;
  return (await downloadModel(withoutUndefined({ ...hub, id, dtype, signal, onProgress }))).folder;
}

// What does not keep a known conversion from being used.
const passable: ReadonlySet<string> = new Set(["NO_ONNX", "MODEL_NOT_CACHED", "HUB_UNREACHABLE"]);

async function downloadConversion(options: ResolveModelOptions, own: ModelError): Promise<string> {
  const { model, hub } = options;
  const conversion = knownConversionOf(model, hub?.revision);
  if (conversion === undefined) throw own;
  const id = `${conversion.repository}@${conversion.revision}`;
  // A hub that did not answer a moment ago is not waited for again.
  const offline = own.code === "HUB_UNREACHABLE" ? true : hub?.offline;
  return download({ ...options, hub: { ...hub, offline } }, id).catch((error: unknown) => {
    if (!ModelError.isInstance(error) || !isAbsent(error)) throw error;
    const { code, fix } = own;
    const message = `${own.message} Its known conversion cannot be had: ${error.message}`;
    throw new ModelError(withoutUndefined({ code, message, fix, cause: error }));
  });
}

// A path that was mistyped reads like a hub id, too.
function mayBePath(error: unknown, folder: string): unknown {
  if (!ModelError.isInstance(error) || !(isAbsent(error) || error.code === "HUB_UNREACHABLE")) {
    return error;
  }
  const { code, fix, cause } = error;
  const message = `There is no folder ${folder}, so it was taken for a name on the hub. ${error.message}`;
  return new ModelError(withoutUndefined({ code, message, fix, cause }));
}

function isAbsent({ code }: ModelError): boolean {
  return code === "MODEL_NOT_FOUND" || code === "MODEL_FORBIDDEN" || code === "MODEL_NOT_CACHED";
}
