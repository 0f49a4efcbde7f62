import { CalibrationError, withoutUndefined } from "@semblance/core";
import { readConfidence } from "../pairs/pair-intervals.ts";
import { rankPairs } from "../pairs/pair-ranking.ts";
import { oneClass, type PairTable, readPairs } from "../pairs/pair-table.ts";
import { uncalibratedProbabilities } from "./apply-calibration.ts";
import { clustersWithMatch } from "./assign-folds.ts";
import type { Calibration, CalibrationCurve, CalibrationMethod } from "./calibration.ts";
import { chooseMethod } from "./choose-method.ts";
import { crossValidate, type OutOfFold } from "./cross-validate.ts";
import { calibrationMethods, fitCurve } from "./curves/fit-curve.ts";
import type { FitCalibrationOptions } from "./fit-options.ts";
import { measureReliability } from "./measure-reliability.ts";
import { nameOfScoring, uncalibratedScoring } from "./read-scoring.ts";
import type { Reliability } from "./reliability.ts";

/**
 * Learns how probable a match is at a score, from validation pairs.
 *
 * Candidates are compared by the log-loss of predictions for clusters that they were not fitted on,
 * the simplest within one standard error of the best is fitted to all pairs, and `reliability` says
 * how its predictions for unseen clusters did, next to what the model says by itself. All of it
 * holds for one share of matches, the `prior`: that of the pairs, or the one asked for.
 *
 * @throws {@link CalibrationError} with code `CALIBRATION_FAILED` when there are fewer clusters with a
 * match than parts, when no curve can be fitted (scores do not rise with the share of matches, or all
 * pairs of one kind are in one part), or when the probabilities fall where the share of matches rises.
 * @throws {@link DatasetError} with code `ONE_CLASS` when all pairs match or none does.
 * @throws RangeError for lists of different lengths and options out of range.
 */
export async function fitCalibration(options: FitCalibrationOptions): Promise<Calibration> {
  const { methods = calibrationMethods, folds = 5, seed = 0 } = options;
  const table = readPairs(options, options.prior);
  checkFit(table, folds, methods);
  const before = uncalibratedScoring(options.scoring);
  const run = withoutUndefined({ signal: options.signal, onProgress: options.onProgress });
  const confidence = readConfidence(options.confidence);
  const outOfFold = await crossValidate(table, { methods, folds, seed, before, ...run });
  if (outOfFold.probabilities.size === 0) throw noneFits(outOfFold);
  const chosen = await chooseMethod(table, outOfFold.probabilities, {
    ...run,
    confidence: confidence || { resamples: 200, seed: 0 },
  });
  const curve = fitChosen(chosen.method, { ...table, ranking: rankPairs(table.scores), before });
  const reliability = await measureReliability(table, {
    before: {
      name: nameOfScoring(before),
      probabilities: uncalibratedProbabilities(before, table.scores),
    },
    after: { name: chosen.method, probabilities: chosen.probabilities },
    confidence,
    ...run,
  });
  requireRising(chosen.method, reliability);
  const { logLoss } = chosen;
  const refused = Object.fromEntries(outOfFold.refused);
  return {
    schema: 1,
    ...curve,
    before,
    prior: table.prior,
    fittedPrior: table.prior,
    sampling: table.sampling,
    crossValidation: { folds, seed, logLoss, refused },
    reliability,
  };
}

function fitChosen(
  method: CalibrationMethod,
  pairs: Parameters<typeof fitCurve>[1],
): CalibrationCurve {
  const curve = fitCurve(method, pairs);
  if (typeof curve === "string") throw calibrationFailed(`${method}: ${curve}`);
  return curve;
}

function checkFit(table: PairTable, folds: number, methods: readonly CalibrationMethod[]): void {
  if (!Number.isInteger(folds) || folds < 3) {
    throw new RangeError(`folds must be an integer of at least 3, found ${folds}.`);
  }
  const unknown = methods.find((method) => !calibrationMethods.includes(method));
  if (unknown !== undefined || methods.length === 0) {
    const known = calibrationMethods.join(", ");
    throw new RangeError(`methods must be some of ${known}, found [${methods.join(", ")}].`);
  }
  const { positives, negatives } = table.sampling;
  if (!(table.prior > 0 && table.prior < 1)) throw oneClass(positives, positives + negatives);
  const found = clustersWithMatch(table).size;
  if (found >= folds) return;
  throw calibrationFailed(
    `Matches lie in ${found} independent groups; cross-validation in ${folds} parts needs at least as many.`,
  );
}

// A model's own sigmoid can be the best curve there is and yet turn matches and others around.
function requireRising(method: CalibrationMethod, { after }: Reliability): void {
  const highest = after.slope?.ci95?.[1] ?? after.slope?.value ?? 0;
  if (highest >= 0) return;
  throw calibrationFailed(
    `Scores fall as the share of matches rises: the slope of ${method}'s log-odds is at most ${highest.toFixed(2)}.`,
  );
}

function noneFits({ refused }: OutOfFold): CalibrationError {
  const reasons = Array.from(refused, ([method, reason]) => `${method}: ${reason}`);
  return calibrationFailed(`No curve can be fitted. ${reasons.join(" ")}`);
}

function calibrationFailed(message: string): CalibrationError {
  return new CalibrationError({
    code: "CALIBRATION_FAILED",
    message,
    fix: "Calibrate on more images with their captions, with a model that finds matches better than chance.",
  });
}
