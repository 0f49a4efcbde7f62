import { ConfigError, type OpenedModel } from "@semblance/core";
import type { ModelCalibration, ResultWarning } from "../probability/model-calibration.ts";
import { readCalibration } from "./calibration-file.ts";

/** The calibration that lies with a model, or why there is none that can be read. */
export interface OpenedCalibration {
  readonly calibration: ModelCalibration | undefined;
  readonly warnings: readonly ResultWarning[];
}

/**
 * Reads the calibration of a model that was opened. One that cannot be read, as a newer version may
 * write it, is a warning: the model can be used without.
 */
export async function openCalibration({ folder }: OpenedModel): Promise<OpenedCalibration> {
  if (folder === "") return { calibration: undefined, warnings: [] };
  try {
    return { calibration: await readCalibration(folder), warnings: [] };
  } catch (error) {
    if (!ConfigError.isInstance(error)) throw error;
    const fix = "Calibrate the model again: semblance calibrate, or matcher.calibrate.";
    const warning = { code: "CALIBRATION_INVALID", message: error.message, fix };
    return { calibration: undefined, warnings: [warning] };
  }
}
