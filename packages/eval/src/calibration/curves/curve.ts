import type { CalibrationCurve, UncalibratedScoring } from "../calibration.ts";
import { interpolate } from "./isotonic-regression.ts";
import { softplus } from "./logistic-regression.ts";

/** Log-odds of a match, at the prior that the curve was fitted for. */
export function curveLogit(
  curve: CalibrationCurve,
  before: UncalibratedScoring,
  score: number,
): number {
  if (curve.method === "isotonic") {
    const { scores, probabilities } = curve.parameters;
    return logit(interpolate({ scores, values: probabilities }, score));
  }
  if (curve.method === "beta") {
    const { a, b, c } = curve.parameters;
    const [logMatch, logOther] = betaFeatures(before, score);
    return a * logMatch + b * logOther + c;
  }
  return curve.parameters.slope * score + curve.parameters.intercept;
}

/** ln p and −ln(1 − p) of what the model says: the features of beta calibration. */
export function betaFeatures(before: UncalibratedScoring, score: number): [number, number] {
  const odds = uncalibratedLogit(before, score);
  return [-softplus(-odds), softplus(odds)];
}

/**
 * Log-odds without calibration. A cosine of −1 or 1, up to rounding, has those of the nearest
 * probability that is 2⁻²⁰ off 0 or 1.
 */
export function uncalibratedLogit(before: UncalibratedScoring, score: number): number {
  if (before.kind === "sigmoid") return before.logitScale * score + before.logitBias;
  return logit(Math.min(Math.max((score + 1) / 2, 2 ** -20), 1 - 2 ** -20));
}

/** ln(p / (1 − p)). */
export function logit(probability: number): number {
  return Math.log(probability) - Math.log1p(-probability);
}

/** 1 / (1 + e⁻ˣ). */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
