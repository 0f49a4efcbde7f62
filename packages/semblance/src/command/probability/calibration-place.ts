import { lstat, readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import { ModelError } from "@semblance/core";
import { type Matcher, writeCalibration } from "@semblance/matcher";
import { shellWord } from "../../shell-word.ts";

/** Where a calibration is to be written. */
export interface CalibrationPlace {
  /** The model as it was named. */
  readonly model: string;
  /** A folder for a copy of the model. */
  readonly output: string | undefined;
}

/**
 * Refuses, before the work is done, to store a calibration in a cache that many models share, or a
 * calibrated copy among other files.
 *
 * @throws {@link ModelError} with code `MODEL_IN_CACHE`; `OUTPUT_OCCUPIED` for a folder for the copy
 * that holds anything.
 */
export async function requirePlace(matcher: Matcher, place: CalibrationPlace): Promise<void> {
  const { model, output } = place;
  if (output !== undefined) return requireRoomForCopy(matcher.model.folder, output);
  if (await isOwnFolder(model, matcher.model.folder)) return;
  throw new ModelError({
    code: "MODEL_IN_CACHE",
    message: `The files that run ${model} lie in a cache, ${matcher.model.folder}, where a calibration does not belong.`,
    fix: `Name a folder for the calibrated model: semblance calibrate -m ${shellWord(model)} … -o FOLDER`,
  });
}

async function requireRoomForCopy(folder: string, output: string): Promise<void> {
  const names = await readdir(output).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const [first] = names;
  if (first === undefined || (await realpath(output)) === (await realpath(folder))) return;
  throw new ModelError({
    code: "OUTPUT_OCCUPIED",
    message: `${output} is not empty: it holds ${first}${names.length > 1 ? " and more" : ""}.`,
    fix: `Give a folder of its own. A copy that was calibrated before is calibrated again without -o: semblance calibrate -m ${shellWord(output)}`,
  });
}

/**
 * Writes the matcher's calibration into its model's folder, or with the whole model into another.
 *
 * @returns the folder.
 * @throws {@link ModelError} with code `MODEL_NOT_WRITABLE`.
 */
export async function storeCalibration(matcher: Matcher, place: CalibrationPlace): Promise<string> {
  if (place.output !== undefined) {
    await matcher.save(place.output);
    return place.output;
  }
  const { calibration, model } = matcher;
  if (calibration) await writeCalibration(model.folder, calibration, model.encoder);
  return model.folder;
}

// A checkpoint runs from where it was exported to; a snapshot of the hub holds links into its cache.
async function isOwnFolder(model: string, folder: string): Promise<boolean> {
  const [named, used] = await Promise.all(
    [model, folder].map((path) => realpath(path).catch(() => undefined)),
  );
  if (named === undefined || named !== used) return false;
  const facts = await lstat(join(folder, "config.json")).catch(() => undefined);
  return !facts?.isSymbolicLink();
}
