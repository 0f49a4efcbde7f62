import type { PairRanking } from "../../pairs/pair-ranking.ts";
import type { CalibrationCurve, CalibrationMethod, UncalibratedScoring } from "../calibration.ts";
import { betaFeatures } from "./curve.ts";
import { fitIsotonic } from "./isotonic-regression.ts";
import { fitLogistic } from "./logistic-regression.ts";

/** Pairs to fit a curve to. */
export interface CurvePairs {
  readonly scores: Float64Array;
  readonly labels: Uint8Array;
  /** Not negative, at the prior that the curve is for; pairs of 0 count for nothing. */
  readonly weights: Float64Array;
  readonly ranking: PairRanking;
  readonly before: UncalibratedScoring;
}

/** Simplest first. */
export const calibrationMethods = ["model", "temperature", "platt", "beta", "isotonic"] as const;

/**
 * Fits one kind of curve.
 *
 * The parametric ones are maximum likelihood with Platt's targets, (n + 1)/(n + 2) for a match and
 * 1/(n + 2) for others, n being how many of its kind there are, so that separated pairs have a finite
 * slope; the isotonic one gets one pair more at either end to the same effect.
 *
 * @returns a sentence where there is none, which says why: the curve would fall, or nothing is to be
 * learnt.
 * @see Platt, "Probabilistic outputs for support vector machines" (1999); Guo et al., ICML 2017:
 * temperature; Kull, Silva Filho & Flach, "Beta calibration", AISTATS 2017, whose rule for negative
 * coefficients is followed; Zadrozny & Elkan, KDD 2002: isotonic.
 */
export function fitCurve(method: CalibrationMethod, pairs: CurvePairs): CalibrationCurve | string {
  if (method === "model") return modelCurve(pairs);
  const { match, other } = classesOf(pairs);
  if (match.weight === 0 || other.weight === 0) return oneKind;
  switch (method) {
    case "temperature":
      return fitTemperature(pairs);
    case "platt":
      return fitPlatt(pairs);
    case "beta":
      return fitBeta(pairs);
    case "isotonic":
      return fitIsotonicCurve(pairs);
  }
}

const needsSigmoid = "The model does not score pairs by a sigmoid.";
const oneKind = "Pairs that match and pairs that do not are both needed.";
const falls = "Scores do not rise with the share of matches.";

function modelCurve({ before }: CurvePairs): CalibrationCurve | string {
  if (before.kind !== "sigmoid") return needsSigmoid;
  const parameters = { slope: before.logitScale, intercept: before.logitBias };
  return { method: "model", parameters };
}

function fitTemperature(pairs: CurvePairs): CalibrationCurve | string {
  if (pairs.before.kind !== "sigmoid") return needsSigmoid;
  const fixedIntercept = pairs.before.logitBias;
  const { slope = 0, intercept } = lineOf(pairs, fixedIntercept) ?? {};
  if (intercept === undefined || slope <= 0) return falls;
  return { method: "temperature", parameters: { slope, intercept } };
}

function fitPlatt(pairs: CurvePairs): CalibrationCurve | string {
  const { slope = 0, intercept } = lineOf(pairs) ?? {};
  if (intercept === undefined || slope <= 0) return falls;
  return { method: "platt", parameters: { slope, intercept } };
}

function lineOf(pairs: CurvePairs, fixedIntercept?: number) {
  const fit = fitLogistic({
    features: [pairs.scores],
    targets: smoothedTargets(pairs),
    weights: pairs.weights,
    ...(fixedIntercept !== undefined && { fixedIntercept }),
  });
  return fit && { slope: fit.coefficients[0], intercept: fit.intercept };
}

function fitBeta(pairs: CurvePairs): CalibrationCurve | string {
  const { before, weights } = pairs;
  const targets = smoothedTargets(pairs);
  const features = Array.from(pairs.scores, (score) => betaFeatures(before, score));
  const ofMatch = Float64Array.from(features, ([logMatch]) => logMatch);
  const ofOther = Float64Array.from(features, ([, logOther]) => logOther);
  const both = fitLogistic({ features: [ofMatch, ofOther], targets, weights });
  if (!both) return "Its two coefficients cannot be told apart.";
  let [a = 0, b = 0] = both.coefficients;
  let c = both.intercept;
  if (a < 0 || b < 0) {
    const kept = fitLogistic({ features: [a < 0 ? ofOther : ofMatch], targets, weights });
    const coefficient = kept?.coefficients[0] ?? 0;
    [a, b] = a < 0 ? [0, coefficient] : [coefficient, 0];
    c = kept?.intercept ?? Number.NaN;
  }
  if (a < 0 || b < 0 || a + b === 0 || !Number.isFinite(c)) return falls;
  return { method: "beta", parameters: { a, b, c } };
}

function fitIsotonicCurve(pairs: CurvePairs): CalibrationCurve | string {
  const { match, other } = classesOf(pairs);
  const pseudoWeight = {
    match: match.weight / match.effectiveCount,
    other: other.weight / other.effectiveCount,
  };
  const { scores, values } = fitIsotonic({ ...pairs, targets: pairs.labels, pseudoWeight });
  if ((values.at(-1) ?? 0) <= (values[0] ?? 0)) return falls;
  return { method: "isotonic", parameters: { scores, probabilities: values } };
}

function smoothedTargets(pairs: CurvePairs): Float64Array {
  const { match, other } = classesOf(pairs);
  const ofMatch = (match.effectiveCount + 1) / (match.effectiveCount + 2);
  const ofOther = 1 / (other.effectiveCount + 2);
  return Float64Array.from(pairs.labels, (label) => (label ? ofMatch : ofOther));
}

// Kish's effective count: how many pairs of equal weight say as much.
function classesOf({ labels, weights }: CurvePairs) {
  const sums = { match: { weight: 0, squares: 0 }, other: { weight: 0, squares: 0 } };
  for (let pair = 0; pair < labels.length; pair++) {
    const sum = labels[pair] ? sums.match : sums.other;
    const weight = weights[pair] as number;
    sum.weight += weight;
    sum.squares += weight ** 2;
  }
  const count = ({ weight, squares }: { weight: number; squares: number }) => {
    return { weight, effectiveCount: weight ** 2 / squares };
  };
  return { match: count(sums.match), other: count(sums.other) };
}
