import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type EmbeddingFitSpec, ModelError, TrainerError } from "@semblance/core";
import { type BaseModel, openBaseModel } from "./base-model.ts";
import { asTrainerError } from "./file-failure.ts";
import type { AdapterFitOptions } from "./hyperparameters.ts";

const manifestFile = "semblance.json";

/**
 * Reads the start, and makes the run folder ready: what it holds of an earlier run no longer counts as a
 * model.
 *
 * @throws {@link ModelError} `NOT_A_MODEL` when the start is no folder, and what `openBaseModel` throws;
 * {@link TrainerError} `EMBEDDINGS_INVALID` for vectors that cannot be the start's, `OUTPUT_OCCUPIED` for
 * the start's own folder and for one that is no run and holds what the model would replace.
 */
export async function prepareRunFolder(
  spec: EmbeddingFitSpec,
  options: AdapterFitOptions,
): Promise<{ readonly runFolder: string; readonly base: BaseModel }> {
  const runFolder = resolve(spec.runFolder);
  const facts = spec.model === "" ? undefined : await stat(spec.model).catch(() => undefined);
  if (!facts?.isDirectory()) throw notAModel(spec.model);
  if (resolve(spec.model) === runFolder) throw occupied(runFolder, "is the start itself");
  return asTrainerError(async () => {
    const { dimension } = spec.train.text;
    const base = await openBaseModel(resolve(spec.model), dimension);
    await requireRoom(runFolder, base);
    const expected = base.manifest?.dimension ?? dimension;
    if (expected !== dimension) throw otherDimension(dimension, expected);
    await writeJob(runFolder, spec, options);
    return { runFolder, base };
  });
}

/** A folder that is no run must not hold anything that the model would replace. */
async function requireRoom(runFolder: string, { files }: BaseModel): Promise<void> {
  const names: string[] = await readdir(runFolder).catch(() => []);
  if (names.includes("job")) return;
  const written = files.map((file) => file.replace(/\/.*/, ""));
  const replaced = new Set([...written, "README.md", "head.safetensors", manifestFile]);
  const held = names.filter((name) => replaced.has(name));
  if (held.length > 0) throw occupied(runFolder, `holds ${held.join(", ")}`);
}

async function writeJob(
  runFolder: string,
  { model }: EmbeddingFitSpec,
  options: AdapterFitOptions,
): Promise<void> {
  const { hyperparameters, seed, neverWorse, metric, timeLimit = null } = options;
  const course = { seed, neverWorse, evalMetric: metric.name, timeLimit };
  const config = { model: resolve(model), ...course, hyperparameters };
  const job = { task: "fit", method: "adapter", config };
  await rm(join(runFolder, manifestFile), { force: true });
  await rm(join(runFolder, "job"), { recursive: true, force: true });
  await mkdir(join(runFolder, "job"), { recursive: true });
  await writeFile(join(runFolder, "job", "job.json"), `${JSON.stringify(job, null, 2)}\n`);
}

function otherDimension(found: unknown, expected: unknown): TrainerError {
  return new TrainerError({
    code: "EMBEDDINGS_INVALID",
    message: `The embeddings have rows of ${found}, but the model's are of ${expected}.`,
    fix: "Give embeddings that this model made.",
  });
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
