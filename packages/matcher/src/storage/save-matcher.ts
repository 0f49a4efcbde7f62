import { cp, mkdir, readdir, realpath, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ModelError, type OpenedModel } from "@semblance/core";
import { type MatcherSettings, savedSettings } from "../config.ts";
import type { ModelCalibration } from "../probability/model-calibration.ts";
import { writeCalibration } from "./calibration-file.ts";

/** The file that makes a model folder a saved matcher. */
export const settingsFile = "matcher.json";

// What a run leaves beside its model: large, and of no use to whoever loads the matcher.
const leftBehind: ReadonlySet<string> = new Set(["job", "start", "worker.pid"]);

/** What {@link saveMatcher} writes. */
export interface SaveMatcherOptions {
  readonly settings: MatcherSettings;
  readonly model: OpenedModel;
  readonly calibration: ModelCalibration | undefined;
  /** Made where it is missing. */
  readonly folder: string;
}

/**
 * Writes a matcher as a model folder with a `matcher.json` beside the model's own files, so that
 * whatever opens models opens it too.
 *
 * @throws {@link ModelError} with code `MODEL_NOT_SAVABLE` for an encoder that came without a folder.
 */
export async function saveMatcher(options: SaveMatcherOptions): Promise<void> {
  const { settings, model, calibration, folder } = options;
  if (model.folder === "") {
    throw new ModelError({
      code: "MODEL_NOT_SAVABLE",
      message: `The encoder ${model.encoder.name} was given as an object, so there are no files to save.`,
      fix: "Make the matcher with model: …, a folder or name that a provider opens.",
    });
  }
  await mkdir(folder, { recursive: true });
  const [from, to] = await Promise.all([realpath(model.folder), realpath(folder)]);
  if (from !== to) await copyModel(from, to);
  await copyWeights(model, folder);
  if (calibration) await writeCalibration(folder, calibration, model.encoder);
  const saved = { schema: 1, ...savedSettings(settings) };
  await writeFile(join(folder, settingsFile), `${JSON.stringify(saved, null, 2)}\n`);
}

/**
 * Puts the weights of a model beside its files. A checkpoint that was exported on the way has them
 * elsewhere; without them, what is made of the model could not be trained further.
 */
export async function copyWeights(
  { checkpoint }: Pick<OpenedModel, "checkpoint">,
  folder: string,
): Promise<void> {
  if (checkpoint === undefined || resolve(checkpoint) === resolve(folder)) return;
  const name = "model.safetensors";
  await cp(join(checkpoint, name), join(folder, name), { dereference: true });
}

// `cp` puts new files in the place of old ones: a model that is open there keeps its own.
async function copyModel(from: string, to: string): Promise<void> {
  const names = (await readdir(from)).filter((name) => !leftBehind.has(name));
  // Files of the hub's cache are links into it.
  const options = { recursive: true, dereference: true };
  for (const name of names) await cp(join(from, name), join(to, name), options);
}
