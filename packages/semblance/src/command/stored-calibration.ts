import { ConfigError, type OpenedModel } from "@semblance/core";
import { type ModelCalibration, readCalibration, staleness } from "@semblance/matcher";

/** The calibration that a model folder holds, as far as it is of use. */
export interface StoredCalibration {
  readonly calibration?: ModelCalibration;
  /** Why there is none, where there could be one, in sentences. */
  readonly warning?: string;
}

/** Reads a model's calibration; one that cannot be used is a warning, since no metric needs it. */
export async function readStoredCalibration(opened: OpenedModel): Promise<StoredCalibration> {
  try {
    const calibration = await readCalibration(opened.folder);
    if (calibration === undefined) return {};
    const stale = staleness(calibration, opened);
    return stale ? { warning: `${stale.message} ${stale.fix}` } : { calibration };
  } catch (error) {
    if (!ConfigError.isInstance(error)) throw error;
    return { warning: error.message };
  }
}
