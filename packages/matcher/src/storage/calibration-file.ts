import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Encoder, ModelError } from "@semblance/core";
import { type ModelCalibration, parseCalibration } from "../probability/model-calibration.ts";

const manifestFile = "semblance.json";

/**
 * The calibration that a model folder holds.
 *
 * @throws {@link ConfigError} when there is something that cannot be one.
 */
export async function readCalibration(folder: string): Promise<ModelCalibration | undefined> {
  const { calibration } = (await readManifest(folder)) ?? {};
  if (calibration === undefined || calibration === null) return undefined;
  return parseCalibration(calibration, `calibration in ${join(folder, manifestFile)}`);
}

/**
 * Writes a calibration into a model folder's `semblance.json`, in one step. A folder that others made
 * gets such a file, with what its encoder says of itself.
 *
 * @throws {@link ModelError} with code `MODEL_NOT_WRITABLE`.
 */
export async function writeCalibration(
  folder: string,
  calibration: ModelCalibration,
  encoder: Encoder,
): Promise<void> {
  const manifest = (await readManifest(folder)) ?? describeForeign(encoder);
  const path = join(folder, manifestFile);
  const text = `${JSON.stringify({ ...manifest, calibration }, null, 2)}\n`;
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, text);
    await rename(temporary, path);
  } catch (cause) {
    throw new ModelError({
      code: "MODEL_NOT_WRITABLE",
      message: `The calibration cannot be stored in ${folder}.`,
      fix: "Save the model to a folder of your own: matcher.save(folder), or semblance calibrate -o FOLDER.",
      cause,
    });
  }
}

// Without hashes of its files: whoever opens the model hashes them, as before.
function describeForeign({ name, dimension, scoring }: Encoder): Record<string, unknown> {
  const unknown = { base: null, license: null, weights: null, certificate: null, head: null };
  return { schema: 1, name, ...unknown, dimension, scoring, files: {} };
}

async function readManifest(folder: string): Promise<Record<string, unknown> | undefined> {
  const path = join(folder, manifestFile);
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const manifest: unknown = JSON.parse(text);
    if (typeof manifest === "object" && manifest !== null) return { ...manifest };
  } catch {
    // What is not JSON is no manifest; whoever opens the model says so.
  }
  return undefined;
}
