import { type RunOptions, withoutUndefined } from "@semblance/core";
import { readConfidence } from "../pairs/pair-intervals.ts";
import { oneClass, readPairs } from "../pairs/pair-table.ts";
import type { PairConfidence, Prior, ScoredPairs } from "../pairs/scored-pairs.ts";
import { applyCalibration, uncalibratedProbabilities, withPrior } from "./apply-calibration.ts";
import type { Calibration } from "./calibration.ts";
import { measureReliability } from "./measure-reliability.ts";
import { nameOfScoring } from "./read-scoring.ts";
import type { Reliability } from "./reliability.ts";

/** Options of {@link evaluateCalibration}: pairs that the calibration was not fitted on. */
export interface EvaluateCalibrationOptions extends ScoredPairs, RunOptions {
  readonly calibration: Calibration;
  /** The calibration is moved to it as well. @defaultValue `"data"` */
  readonly prior?: Prior;
  /** @defaultValue `{ resamples: 1000, seed: 0 }` */
  readonly confidence?: false | PairConfidence;
}

/**
 * Measures a calibration on fresh pairs, next to what the model says by itself.
 *
 * @throws {@link DatasetError} with code `ONE_CLASS` when all pairs match or none does.
 * @throws RangeError for lists of different lengths and options out of range.
 */
export async function evaluateCalibration(
  options: EvaluateCalibrationOptions,
): Promise<Reliability> {
  const { calibration, signal, onProgress } = options;
  const table = readPairs(options, options.prior);
  const { positives, negatives } = table.sampling;
  if (!(table.prior > 0 && table.prior < 1)) throw oneClass(positives, positives + negatives);
  const moved = withPrior(calibration, table.prior);
  return measureReliability(table, {
    before: {
      name: nameOfScoring(calibration.before),
      probabilities: uncalibratedProbabilities(calibration.before, table.scores),
    },
    after: { name: calibration.method, probabilities: applyCalibration(moved, table.scores) },
    confidence: readConfidence(options.confidence),
    ...withoutUndefined({ signal, onProgress }),
  });
}
