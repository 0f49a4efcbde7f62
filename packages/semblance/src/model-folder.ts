import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ModelError } from "@semblance/core";
import { shellWord } from "./shell-word.ts";

const modelFix =
  "Give a folder with ONNX towers, a Hugging Face checkpoint folder, the RUN of a training, or organisation/name on the hub.";

/** What lies in a folder that was named as a model. */
export interface ModelFolder {
  /** Absolute. */
  readonly folder: string;
  /** Whether there is a tower in ONNX. */
  readonly hasOnnx: boolean;
  /** Whether there are weights that fit and export can start from. */
  readonly hasCheckpoint: boolean;
}

/**
 * Looks what kind of model a folder is.
 *
 * @throws {@link ModelError} with code `MODEL_NOT_FOUND`, `RUN_INCOMPLETE` or `NOT_A_MODEL`.
 */
export async function inspectModelFolder(model: string): Promise<ModelFolder> {
  const folder = resolve(model);
  const facts = await stat(folder).catch(() => undefined);
  if (!facts?.isDirectory()) throw notFound(model, facts !== undefined);
  const names = new Set(await readdir(folder));
  const hasOnnx = await hasTower(folder, names);
  const hasCheckpoint = names.has("model.safetensors") && names.has("config.json");
  const isRun = names.has("job");
  if (isRun && !names.has("semblance.json")) throw incompleteRun(model);
  if (!hasOnnx && !hasCheckpoint) throw notAModel(model);
  return { folder, hasOnnx, hasCheckpoint };
}

/**
 * The folder of a checkpoint that fit and export can start from.
 *
 * @throws {@link ModelError} with code `NO_CHECKPOINT` where there is only ONNX, and what
 * {@link inspectModelFolder} throws.
 */
export async function inspectCheckpoint(model: string): Promise<string> {
  const { folder, hasCheckpoint } = await inspectModelFolder(model);
  if (hasCheckpoint) return folder;
  throw new ModelError({
    code: "NO_CHECKPOINT",
    message: `${model} has no weights to start from: there is no model.safetensors with config.json.`,
    fix: "Start from a Hugging Face checkpoint folder, or from a RUN that semblance train made.",
  });
}

// Two towers or a joint graph in onnx/, a joint graph by itself, or the towers' folders of Immich.
async function hasTower(folder: string, names: ReadonlySet<string>): Promise<boolean> {
  const filesIn = async (name: string) => (names.has(name) ? readdir(join(folder, name)) : []);
  const isGraph = (name: string) => /^(vision_model|text_model|model).*\.onnx$/.test(name);
  const folders = await Promise.all(["onnx", "visual", "textual"].map(filesIn));
  return [...names, ...folders.flat()].some(isGraph);
}

function notFound(model: string, isFile: boolean): ModelError {
  return new ModelError({
    code: "MODEL_NOT_FOUND",
    message: isFile ? `${model} is a file, not a model folder.` : `There is no folder ${model}.`,
    fix: fixFor(model),
  });
}

function fixFor(model: string): string {
  if (model.startsWith("scratch:")) {
    return "It is a start for semblance train; the untrained model is in RUN/start afterwards.";
  }
  return modelFix;
}

function incompleteRun(model: string): ModelError {
  return new ModelError({
    code: "RUN_INCOMPLETE",
    message: `${model} is a training run that has not finished: its model is not there yet.`,
    fix: `Go on with it: semblance train … --resume -o ${shellWord(model)}`,
  });
}

function notAModel(model: string): ModelError {
  return new ModelError({
    code: "NOT_A_MODEL",
    message: `${model} holds no model: neither onnx/vision_model.onnx or onnx/text_model.onnx, nor config.json with model.safetensors.`,
    fix: modelFix,
  });
}
