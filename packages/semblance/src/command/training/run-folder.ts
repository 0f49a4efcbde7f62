import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { TrainerError } from "@semblance/core";
import { shellWord } from "../../shell-word.ts";

/** Options of {@link requireRoomForRun}. */
export interface RunFolderOptions {
  /** What training starts from. */
  readonly model: string;
  readonly output: string;
  readonly resume?: boolean;
  readonly overwrite?: boolean;
}

// What a finished run puts beside its job/ folder.
const modelFiles = new Set([
  "README.md",
  "config.json",
  "model.safetensors",
  "onnx",
  "preprocessor_config.json",
  "semblance.json",
  "tokenizer.json",
  "tokenizer_config.json",
]);

/**
 * Looks whether a run can begin in a folder without destroying what somebody may want to keep.
 *
 * @throws {@link TrainerError} with code `RUN_EXISTS` for a folder that holds a model or the progress
 * of a run, unless that run is to be resumed or overwritten; `OUTPUT_OCCUPIED` for a folder that is
 * no run and holds files which the model would replace.
 */
export async function requireRoomForRun(options: RunFolderOptions): Promise<void> {
  const { model, output, resume = false, overwrite = false } = options;
  if (resolve(model) === resolve(output)) throw outputOccupied(output, ["the start"]);
  const names = await namesIn(output);
  const isRun = names.includes("job");
  const occupied = names.filter((name) => modelFiles.has(name));
  if (!isRun && occupied.length > 0) throw outputOccupied(output, occupied);
  if (!isRun || resume || overwrite) return;
  if (names.includes("semblance.json")) throw runExists(output, "a finished run");
  const progress = (await namesIn(join(output, "job"))).includes("state.json");
  if (progress) throw runExists(output, "a run that has not finished");
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
}

function runExists(output: string, what: string): TrainerError {
  return new TrainerError({
    code: "RUN_EXISTS",
    message: `${output} holds ${what}, which another training would replace.`,
    fix: "Give another --output, go on with the run with --resume, or replace it with --overwrite.",
  });
}

function outputOccupied(output: string, occupied: readonly string[]): TrainerError {
  return new TrainerError({
    code: "OUTPUT_OCCUPIED",
    message: `${output} holds ${occupied.join(", ")}, which the trained model would replace.`,
    fix: `Give a folder of its own: -o ${shellWord(join(output, "run"))}`,
  });
}
