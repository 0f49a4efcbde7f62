import { type OpenedModel, withoutUndefined } from "@semblance/core";
import { type ModelCalibration, openCalibration, staleness } from "@semblance/matcher";

/** The calibration that a model folder holds, as far as it is of use. */
export interface StoredCalibration {
  readonly calibration?: ModelCalibration;
  /** Why there is none, where there could be one, in sentences. */
  readonly warning?: string;
}

/** Reads a model's calibration; one that cannot be used is a warning, since no metric needs it. */
export async function readStoredCalibration(opened: OpenedModel): Promise<StoredCalibration> {
  const { calibration, warnings } = await openCalibration(opened);
  const stale = calibration && staleness(calibration, opened);
  const [warning] = stale ? [stale] : warnings;
  if (warning) return { warning: `${warning.message} ${warning.fix}` };
  return withoutUndefined({ calibration });
}
