import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type EmbeddingFitSpec, ModelError, TrainerError } from "@semblance/core";
import { asTrainerError } from "./file-failure.ts";
import type { AdapterFitOptions } from "./hyperparameters.ts";

const manifestFile = "semblance.json";

/**
 * Makes the run folder ready: what it holds of an earlier run no longer counts as a model.
 *
 * @returns its absolute path
 * @throws {@link ModelError} `NOT_A_MODEL` when the start is no folder; {@link TrainerError}
 * `OUTPUT_OCCUPIED` for the start's own folder and for one that holds a model which is no run.
 */
export async function prepareRunFolder(
  spec: EmbeddingFitSpec,
  options: AdapterFitOptions,
): Promise<string> {
  const runFolder = resolve(spec.runFolder);
  const facts = spec.model === "" ? undefined : await stat(spec.model).catch(() => undefined);
  if (!facts?.isDirectory()) throw notAModel(spec.model);
  if (resolve(spec.model) === runFolder) throw occupied(runFolder, "is the start itself");
  const names: string[] = await readdir(runFolder).catch(() => []);
  const isModel = names.includes("config.json") || names.includes(manifestFile);
  if (isModel && !names.includes("job")) throw occupied(runFolder, "holds a model");
  const { hyperparameters, seed, neverWorse, timeLimit = null } = options;
  const config = { model: resolve(spec.model), seed, neverWorse, timeLimit, hyperparameters };
  const job = { task: "fit", method: "adapter", config };
  await asTrainerError(async () => {
    await rm(join(runFolder, manifestFile), { force: true });
    await rm(join(runFolder, "job"), { recursive: true, force: true });
    await mkdir(join(runFolder, "job"), { recursive: true });
    await writeFile(join(runFolder, "job", "job.json"), `${JSON.stringify(job, null, 2)}\n`);
  });
  return runFolder;
}

function notAModel(model: string): ModelError {
  return new ModelError({
    code: "NOT_A_MODEL",
    message: `There is no model folder ${model || "of this encoder"} to put a head beside.`,
    fix: "Open the model by its folder or name, so that its files can be copied.",
  });
}

function occupied(folder: string, finding: string): TrainerError {
  return new TrainerError({
    code: "OUTPUT_OCCUPIED",
    message: `The run folder ${folder} ${finding}.`,
    fix: "Name a folder that is new or empty.",
  });
}
