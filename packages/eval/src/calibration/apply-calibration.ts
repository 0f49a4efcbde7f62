import { checkPrior } from "../pairs/pair-table.ts";
import type { Calibration, UncalibratedScoring } from "./calibration.ts";
import { curveLogit, logit, sigmoid, uncalibratedLogit } from "./curves/curve.ts";

/**
 * The probability of a match for every score, at the calibration's prior.
 *
 * @returns values in [0, 1], in input order.
 */
export function applyCalibration(
  calibration: Calibration,
  scores: Float32Array | Float64Array,
): Float64Array<ArrayBuffer> {
  const shift = logit(calibration.prior) - logit(calibration.fittedPrior);
  return Float64Array.from(scores, (score) => {
    return sigmoid(curveLogit(calibration, calibration.before, score) + shift);
  });
}

/**
 * What a model says of each score without calibration: its own sigmoid, or (cosine + 1) / 2, which is a
 * number between 0 and 1 but no probability.
 *
 * @returns values in [0, 1], in input order.
 */
export function uncalibratedProbabilities(
  before: UncalibratedScoring,
  scores: Float32Array | Float64Array,
): Float64Array<ArrayBuffer> {
  return Float64Array.from(scores, (score) => {
    if (before.kind === "sigmoid") return sigmoid(uncalibratedLogit(before, score));
    return Math.min(Math.max((score + 1) / 2, 0), 1);
  });
}

/**
 * The same calibration for pairs of which another share matches: log-odds move by the difference of
 * the priors' log-odds. That holds where matches look alike at both priors, and other pairs too.
 *
 * Decision thresholds are left out, since they reach something else there. `reliability` still says
 * what was measured at `fittedPrior`.
 *
 * @throws RangeError unless `prior` lies between 0 and 1.
 * @see Saerens, Latinne & Decaestecker, "Adjusting the outputs of a classifier to new a priori
 * probabilities", Neural Computation 14 (2002).
 */
export function withPrior(calibration: Calibration, prior: number): Calibration {
  checkPrior(prior);
  const { thresholds: _, ...rest } = calibration;
  return { ...rest, prior };
}
