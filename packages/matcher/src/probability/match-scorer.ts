import { ConfigError, type OpenedModel } from "@semblance/core";
import {
  applyCalibration,
  type Calibration,
  type CalibrationMethod,
  type UncalibratedScoring,
  uncalibratedProbabilities,
  uncalibratedScoring,
  withPrior,
} from "@semblance/eval";
import { type ModelCalibration, type ResultWarning, staleness } from "./model-calibration.ts";

/** Where probabilities come from; part of every result that has them. */
export interface ProbabilityFacts {
  /** Whether they were fitted on validation pairs. Without, they only rank. */
  readonly calibrated: boolean;
  /** The curve; uncalibrated: the model's own sigmoid, or (cosine + 1) / 2. */
  readonly method: CalibrationMethod | UncalibratedScoring["kind"];
  /** The share of matches that the probabilities hold for; `null` without calibration. */
  readonly prior: number | null;
  readonly warnings: readonly ResultWarning[];
}

/** Turns scores into probabilities and decisions. */
export interface MatchScorer {
  readonly facts: ProbabilityFacts;
  /** The calibration in use. */
  readonly calibration?: Calibration;
  /** One per score, in [0, 1]; NaN stays NaN. */
  probabilities(scores: Float32Array): Float64Array;
}

/**
 * Chooses what makes probabilities: the calibration where it belongs to the model in use, moved to
 * `prior` where one is given, else the model's own scoring.
 *
 * @throws {@link ConfigError} with code `NOT_CALIBRATED` or `CALIBRATION_STALE` for a prior that there
 * is no calibration to move to, RangeError for one that is not in (0, 1).
 */
export function createMatchScorer(
  model: Pick<OpenedModel, "encoder" | "dtype">,
  stored: ModelCalibration | undefined,
  prior?: number,
): MatchScorer {
  const warning = stored && staleness(stored, model);
  const warnings = warning ? [warning] : [];
  if (stored && !warning) {
    const calibration =
      prior === undefined ? stored.calibration : withPrior(stored.calibration, prior);
    const facts = { calibrated: true, method: calibration.method, prior: calibration.prior };
    const apply = (scores: Float32Array) => applyCalibration(calibration, scores);
    return { facts: { ...facts, warnings }, calibration, probabilities: onNumbers(apply) };
  }
  if (prior !== undefined) {
    throw new ConfigError({
      code: warning ? warning.code : "NOT_CALIBRATED",
      message: `A prior needs a calibration${warning ? `. ${warning.message}` : ", and the model has none."}`,
      fix: "Calibrate it on validation pairs: semblance calibrate, or matcher.calibrate({ data }).",
    });
  }
  const before = uncalibratedScoring(model.encoder.scoring);
  const facts = { calibrated: false, method: before.kind, prior: null, warnings };
  return { facts, probabilities: onNumbers((scores) => uncalibratedProbabilities(before, scores)) };
}

function onNumbers(toProbabilities: (scores: Float32Array) => Float64Array) {
  return (scores: Float32Array): Float64Array => {
    const rows = Uint32Array.from(scores.keys()).filter((row) => !Number.isNaN(scores[row]));
    const found = toProbabilities(Float32Array.from(rows, (row) => scores[row] ?? 0));
    const all = new Float64Array(scores.length).fill(Number.NaN);
    for (const [i, row] of rows.entries()) all[row] = found[i] ?? Number.NaN;
    return all;
  };
}
