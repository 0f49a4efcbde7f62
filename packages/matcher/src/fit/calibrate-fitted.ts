import { type OpenedModel, SemblanceError, withoutUndefined } from "@semblance/core";
import type { MatcherSettings } from "../config.ts";
import type { FitOptions } from "../matcher.ts";
import { calibrateOn } from "../probability/calibrate.ts";
import type { ModelCalibration } from "../probability/model-calibration.ts";
import type { TrainAndValidation } from "./fit-model.ts";

/**
 * Calibrates what a fit gave, on its validation pairs, where its options ask for that. When validation
 * does not support it there is a warning; then, and where the fit was stopped, there is none: the fit
 * itself is done.
 */
export async function calibrateFitted(
  settings: MatcherSettings,
  model: OpenedModel,
  options: FitOptions & TrainAndValidation,
): Promise<ModelCalibration | undefined> {
  const { calibrate = false, validation: dataset, signal, onProgress, onEvent } = options;
  if (calibrate === false) return undefined;
  const { seed, batchSize } = settings;
  const wanted = calibrate === true ? {} : calibrate;
  const shared = withoutUndefined({ model, dataset, seed, batchSize, signal, onProgress });
  try {
    return (await calibrateOn({ ...shared, ...wanted })).calibration;
  } catch (error) {
    if (signal?.aborted) return undefined;
    if (!SemblanceError.isInstance(error)) throw error;
    onEvent?.({ type: "warning", code: error.code, message: error.message });
    return undefined;
  }
}
