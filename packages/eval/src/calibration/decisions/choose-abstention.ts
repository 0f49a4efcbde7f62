import {
  bootstrapInterval,
  CalibrationError,
  type Interval,
  wilsonInterval,
} from "@semblance/core";
import { readConfidence } from "../../pairs/pair-intervals.ts";
import type { PairConfidence } from "../../pairs/scored-pairs.ts";
import type { MetricValue } from "../../retrieval/evaluation.ts";
import { applyCalibration } from "../apply-calibration.ts";
import type { Calibration } from "../calibration.ts";
import type { Abstention } from "./abstention.ts";

/** Options of {@link chooseAbstention}: one best score per query, as `topScores` finds them. */
export interface ChooseAbstentionOptions {
  /** With the query's targets in the gallery. */
  readonly topScoresWithTarget: Float64Array;
  /** Without them, as if what is looked for were not there. */
  readonly topScoresWithoutTarget: Float64Array;
  /** The cluster of each query. @defaultValue every query is independent */
  readonly groups?: Uint32Array;
  /** The share of searches for what is not there that may still get an answer, in (0, 1). */
  readonly falseAlarmRate: number;
  /** How many items the gallery has. */
  readonly gallery?: number;
  /** Says the threshold as a probability as well. */
  readonly calibration?: Calibration;
  /** @defaultValue `{ resamples: 1000, seed: 0 }` */
  readonly confidence?: PairConfidence;
}

/**
 * Chooses from which best score on a search has found something: the lowest score that at most the
 * share asked for of all searches for what is not there reaches, were there one more that does.
 * Counting that one more keeps the share of future searches within what was asked, on average.
 *
 * It holds for galleries as large as this one: in a larger one the best wrong score is higher.
 *
 * @throws {@link CalibrationError} with code `TARGET_NOT_SUPPORTED` when there are too few independent
 * queries to show so low a rate, even if none of them got an answer.
 * @throws RangeError for lists of different lengths, scores that are not finite and a rate out of range.
 * @see Vovk, Gammerman & Shafer, "Algorithmic Learning in a Random World" (2005): the one more.
 */
export function chooseAbstention(options: ChooseAbstentionOptions): Abstention {
  const { topScoresWithTarget, topScoresWithoutTarget, falseAlarmRate, gallery, calibration } =
    options;
  const groups = options.groups ?? Uint32Array.from(topScoresWithTarget.keys());
  checkTopScores(options, groups);
  checkSupport(falseAlarmRate, new Set(groups).size);
  const threshold = lowestThreshold(topScoresWithoutTarget, falseAlarmRate);
  const confidence = readConfidence(options.confidence);
  const shareOf = (scores: Float64Array): MetricValue => {
    const values = scores.map((score) => Number(score >= threshold));
    const value = values.reduce((sum, one) => sum + one, 0) / values.length;
    const range: Interval = [0, 1];
    const ci95 = bootstrapInterval({ values, groups, range, ...confidence });
    return { value, ...(ci95 && { ci95 }), n: values.length };
  };
  const [probability] = calibration
    ? applyCalibration(calibration, Float64Array.of(threshold))
    : [];
  return {
    falseAlarmRate,
    threshold,
    ...(probability !== undefined && { probability }),
    falseAlarms: shareOf(topScoresWithoutTarget),
    answered: shareOf(topScoresWithTarget),
    ...(gallery !== undefined && { gallery }),
  };
}

function lowestThreshold(scores: Float64Array, rate: number): number {
  const sorted = scores.toSorted();
  // Of these and the one more that is counted in, so many besides that one may reach the threshold.
  const allowed = Math.floor(rate * (sorted.length + 1) + 1e-9) - 1;
  const firstBarred = sorted[sorted.length - 1 - allowed] ?? 0;
  const reached = sorted.find((score) => score > firstBarred);
  // Above all scores there is no other to lie half way to.
  return reached === undefined
    ? firstBarred + Number.EPSILON * Math.max(1, Math.abs(firstBarred))
    : (firstBarred + reached) / 2;
}

function checkSupport(rate: number, groups: number): void {
  const [, seenAtBest] = wilsonInterval(0, Math.max(groups, 1));
  if (rate * (groups + 1) >= 1 && seenAtBest <= rate) return;
  throw new CalibrationError({
    code: "TARGET_NOT_SUPPORTED",
    message:
      `${groups} independent queries cannot show a false-alarm rate of ${rate}: ` +
      `with none of them answered it could still be ${seenAtBest.toFixed(3)}.`,
    fix: "Ask for a higher rate, or calibrate on more images with their captions.",
  });
}

function checkTopScores(options: ChooseAbstentionOptions, groups: Uint32Array): void {
  const { topScoresWithTarget, topScoresWithoutTarget, falseAlarmRate } = options;
  const lengths = [topScoresWithTarget.length, topScoresWithoutTarget.length, groups.length];
  if (new Set(lengths).size > 1 || groups.length === 0) {
    throw new RangeError(
      `Expected one of each per query, found ${lengths[0]} scores with target, ${lengths[1]} without and ${lengths[2]} groups.`,
    );
  }
  for (const scores of [topScoresWithTarget, topScoresWithoutTarget]) {
    const bad = scores.findIndex((score) => !Number.isFinite(score));
    if (bad !== -1) throw new RangeError(`A best score of query ${bad} is ${scores[bad]}.`);
  }
  if (!(falseAlarmRate > 0 && falseAlarmRate < 1)) {
    throw new RangeError(`falseAlarmRate must lie between 0 and 1, found ${falseAlarmRate}.`);
  }
}
