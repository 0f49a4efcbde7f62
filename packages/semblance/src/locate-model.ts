import { stat } from "node:fs/promises";
import { ModelError, type RunOptions, withoutUndefined } from "@semblance/core";
import {
  downloadModel,
  type HubConfig,
  type ModelFormat,
  type OnnxEncoderConfig,
  parseHubId,
  resolveModelFolder,
} from "@semblance/encoder-onnx";
import { inspectCheckpoint, inspectModelFolder, type ModelFolder } from "./model-folder.ts";

/** How models of the hub are brought. */
export interface LocateOptions extends RunOptions {
  /** Precision of the ONNX files to bring. @defaultValue `"fp32"` */
  readonly dtype?: OnnxEncoderConfig["dtype"] | undefined;
  readonly hub?: HubConfig | undefined;
}

/** The folder of a model that was named by its path or by its id on the hub. */
export interface LocatedModel extends ModelFolder {
  /** Where weights to train are a download of their own: brings them, and gives their folder. */
  readonly openCheckpoint?: (options?: RunOptions) => Promise<string>;
}

/**
 * Finds a model to run. A folder comes first; a hub id is its repository's own ONNX files, else those of
 * a known conversion, else its checkpoint in safetensors, which is yet to be exported.
 *
 * @throws {@link ModelError} as `inspectModelFolder` and `resolveModelFolder` throw, and with code
 * `NOT_A_MODEL` for a repository with neither, which says what was looked for.
 */
export async function locateModel(model: string, options: LocateOptions): Promise<LocatedModel> {
  if (!(await isHubModel(model))) return inspectModelFolder(model);
  const openCheckpoint = (run: RunOptions = {}) => fetchCheckpoint(model, { ...options, ...run });
  try {
    const folder = await resolveModelFolder(withoutUndefined({ model, ...options }));
    return { folder, hasOnnx: true, hasCheckpoint: false, openCheckpoint };
  } catch (error) {
    if (!isMissing(error, ["NO_ONNX", "MODEL_NOT_CACHED", "HUB_UNREACHABLE"])) throw error;
    // A hub that does not answer is not waited for twice: then it is the cache's checkpoint or none.
    const hub = error.code === "HUB_UNREACHABLE" ? { ...options.hub, offline: true } : options.hub;
    const folder = await fetchCheckpoint(model, { ...options, hub }).catch((other: unknown) => {
      throw withBoth(error, other);
    });
    return { folder, hasOnnx: false, hasCheckpoint: true };
  }
}

/**
 * The folder of a checkpoint that fit and export can start from; that of a hub id is downloaded.
 *
 * @throws {@link ModelError} as `inspectCheckpoint` and `downloadModel` throw.
 */
export async function locateCheckpoint(model: string, options: LocateOptions): Promise<string> {
  return (await isHubModel(model)) ? fetchCheckpoint(model, options) : inspectCheckpoint(model);
}

async function isHubModel(model: string): Promise<boolean> {
  const isPresent = await stat(model).then(
    () => true,
    () => false,
  );
  return !isPresent && parseHubId(model) !== undefined;
}

async function fetchCheckpoint(id: string, options: LocateOptions): Promise<string> {
  const { hub, signal, onProgress } = options;
  const format: ModelFormat = "safetensors";
  const downloadOptions = withoutUndefined({ ...hub, id, format, signal, onProgress });
  return (await downloadModel(downloadOptions)).folder;
}

function isMissing(error: unknown, codes: readonly string[]): error is ModelError {
  return ModelError.isInstance(error) && codes.includes(error.code);
}

// What there is no ONNX of and no checkpoint either: both have been looked for, so both are told.
function withBoth(onnxError: ModelError, error: unknown): unknown {
  if (!isMissing(error, ["NO_CHECKPOINT", "MODEL_NOT_CACHED"])) return error;
  if (onnxError.code !== "NO_ONNX") return onnxError;
  if (error.code === "MODEL_NOT_CACHED") return error;
  return new ModelError({
    code: "NOT_A_MODEL",
    message: `${onnxError.message} ${error.message}`,
    fix: "Name a repository with CLIP or SigLIP in ONNX or safetensors.",
    cause: error,
  });
}
