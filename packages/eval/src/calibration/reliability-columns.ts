import type { PairMeasure } from "../pairs/pair-cells.ts";
import type { PairTable } from "../pairs/pair-table.ts";
import { logLoss, squaredError } from "../pairs/probability-scores.ts";
import { assignBins, type Binning } from "../pairs/reliability-bins.ts";
import { logit, sigmoid } from "./curves/curve.ts";
import { fitLogistic } from "./curves/logistic-regression.ts";
import { solveSymmetric } from "./curves/solve-symmetric.ts";

/** The name of a figure in {@link ReliabilityColumns}. */
export type ReliabilityFigure = "brier" | "logLoss" | "ece" | "slope" | "intercept";

/** Figures about probabilities as functions of means over pairs. */
export interface ReliabilityColumns extends PairMeasure {
  readonly binOf: Uint32Array;
  readonly statistics: (means: Float64Array) => Record<ReliabilityFigure, number>;
}

/**
 * Brier score, log-loss, expected calibration error, and slope and intercept of the logistic
 * regression of what came on the log-odds of what was promised. A resample's slope and intercept are
 * one step of Newton's method from those of all pairs, which spares fitting each anew.
 *
 * @see Cox, "Two further applications of a model for binary regression", Biometrika 45 (1958);
 * Miller, Hui & Tierney, "Validation techniques for logistic regression models", Statistics in
 * Medicine 10 (1991): slope and intercept.
 */
export function reliabilityColumns(
  table: PairTable,
  probabilities: Float64Array,
  binning: Binning,
): ReliabilityColumns {
  const { labels, weights } = table;
  const binOf = assignBins({ probabilities, labels, weights }, binning);
  const recalibration = recalibrationColumns(table, probabilities);
  const firstBin = 2 + recalibration.columns;
  return {
    columns: firstBin + binning.count,
    binOf,
    measure: (pair, row) => {
      const probability = probabilities[pair] ?? 0;
      const label = labels[pair] ?? 0;
      row[0] = squaredError(probability, label);
      row[1] = logLoss(probability, label);
      recalibration.measure(pair, row.subarray(2, firstBin));
      row[firstBin + (binOf[pair] ?? 0)] = probability - label;
    },
    statistics: (means) => {
      const [brier = 0, loss = 0] = means;
      const ece = means.subarray(firstBin).reduce((sum, gap) => sum + Math.abs(gap), 0);
      return {
        brier,
        logLoss: loss,
        ece,
        ...recalibration.statistics(means.subarray(2, firstBin)),
      };
    },
  };
}

// Columns: the two sides of Newton's equation, gradient (2) and second derivatives (3).
function recalibrationColumns({ labels, weights }: PairTable, probabilities: Float64Array) {
  const odds = probabilities.map((probability) => {
    return logit(Math.min(Math.max(probability, Number.EPSILON), 1 - Number.EPSILON));
  });
  const fit = fitLogistic({ features: [odds], targets: Float64Array.from(labels), weights });
  const { intercept = Number.NaN, coefficients: [slope = Number.NaN] = [] } = fit ?? {};
  return {
    columns: 5,
    measure: (pair: number, row: Float64Array) => {
      if (!fit) return;
      const x = odds[pair] as number;
      const expected = sigmoid(intercept + slope * x);
      const surprise = (labels[pair] as number) - expected;
      const spread = expected * (1 - expected);
      row[0] = surprise;
      row[1] = surprise * x;
      row[2] = spread;
      row[3] = spread * x;
      row[4] = spread * x * x;
    },
    statistics: ([first = 0, second = 0, a = 0, b = 0, c = 0]: Float64Array) => {
      const step = fit && solveSymmetric(Float64Array.of(a, b, b, c), [first, second]);
      const [interceptStep = Number.NaN, slopeStep = Number.NaN] = step ?? [];
      return { intercept: intercept + interceptStep, slope: slope + slopeStep };
    },
  };
}
