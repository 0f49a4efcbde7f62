import { type RunOptions, withoutUndefined } from "@semblance/core";
import { measureDecisions } from "../../pairs/measure-decisions.ts";
import { readConfidence } from "../../pairs/pair-intervals.ts";
import { oneClass, type PairTable, readPairs } from "../../pairs/pair-table.ts";
import type { PairConfidence, Prior, ScoredPairs } from "../../pairs/scored-pairs.ts";
import { applyCalibration, withPrior } from "../apply-calibration.ts";
import type { Calibration } from "../calibration.ts";
import type { ChosenThreshold, ThresholdTarget } from "./chosen-threshold.ts";
import { type DecisionCurve, decisionCurve } from "./decision-curve.ts";
import { checkSupport, type ShareTarget, targetNotSupported } from "./threshold-support.ts";

/** Options of {@link chooseThreshold}. */
export interface ChooseThresholdOptions extends ScoredPairs, RunOptions {
  readonly target: ThresholdTarget;
  /** The share of matches at which the target should be reached. @defaultValue `"data"` */
  readonly prior?: Prior;
  /** Says the threshold as a probability as well, moved to the prior. */
  readonly calibration?: Calibration;
  /** @defaultValue `{ resamples: 1000, seed: 0 }` */
  readonly confidence?: PairConfidence;
}

/**
 * Chooses from which score on to call a pair a match: the lowest score with the precision asked for,
 * the highest with the recall asked for, or that with the highest F1.
 *
 * The values come with the intervals of a threshold that was given beforehand; that it was chosen on
 * the same pairs makes them a little too good, the more so the fewer the pairs.
 *
 * @throws {@link CalibrationError} with code `TARGET_NOT_SUPPORTED` when the target is nowhere reached,
 * or when at no threshold the lower end of the 95 % interval reaches it.
 * @throws {@link DatasetError} with code `ONE_CLASS` when all pairs match or none does.
 * @throws RangeError for lists of different lengths and options out of range.
 */
export async function chooseThreshold(options: ChooseThresholdOptions): Promise<ChosenThreshold> {
  const { target, calibration, signal, onProgress } = options;
  checkTarget(target);
  const table = readPairs(options, options.prior);
  const { positives, negatives } = table.sampling;
  if (!(table.prior > 0 && table.prior < 1)) throw oneClass(positives, positives + negatives);
  const confidence = readConfidence(options.confidence);
  const run = { confidence, ...withoutUndefined({ signal, onProgress }) };
  const curve = decisionCurve(table);
  const place = placeOf(target, curve);
  await checkSupport(table, { target: shareOf(target), curve, place, ...run });
  const threshold = curve.thresholds[place] ?? 0;
  return {
    target,
    threshold,
    ...(calibration && { probability: probabilityAt(calibration, table, threshold) }),
    prior: table.prior,
    ...(await measureDecisions(table, { threshold, ...run })),
    sampling: table.sampling,
  };
}

function placeOf(target: ThresholdTarget, curve: DecisionCurve): number {
  const { right, called, matches } = curve;
  if ("recall" in target) {
    // Sums of weights are off by rounding.
    const place = right.findIndex((sum) => sum / matches >= target.recall - 1e-12);
    return place === -1 ? right.length - 1 : place;
  }
  if ("f1" in target) {
    const f1 = right.map((sum, place) => (2 * sum) / ((called[place] ?? 0) + matches));
    return f1.reduce((best, value, place) => (value > (f1[best] ?? 0) ? place : best), 0);
  }
  const precision = right.map((sum, place) => (called[place] ? sum / (called[place] ?? 1) : 0));
  const place = precision.findLastIndex((share) => share >= target.precision - 1e-12);
  if (place !== -1) return place;
  const highest = precision.reduce((best, share) => Math.max(best, share), 0);
  throw targetNotSupported(
    `No threshold reaches a precision of ${target.precision}: the highest is ${highest.toFixed(3)}.`,
  );
}

function shareOf(target: ThresholdTarget): ShareTarget | undefined {
  if ("precision" in target) return { name: "precision", value: target.precision };
  return "recall" in target ? { name: "recall", value: target.recall } : undefined;
}

function probabilityAt(calibration: Calibration, { prior }: PairTable, threshold: number): number {
  const [probability = 0] = applyCalibration(
    withPrior(calibration, prior),
    Float64Array.of(threshold),
  );
  return probability;
}

function checkTarget(target: ThresholdTarget): void {
  const entries = Object.entries(target);
  const [name, value] = entries[0] ?? [];
  const isShare = (name === "precision" || name === "recall") && value > 0 && value < 1;
  if (entries.length === 1 && (isShare || (name === "f1" && value === "max"))) return;
  throw new RangeError(
    `target must be { precision } or { recall } between 0 and 1, or { f1: "max" }, found ${JSON.stringify(target)}.`,
  );
}
