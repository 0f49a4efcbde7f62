import type { RunOptions } from "@semblance/core";
import type { MetricValue } from "../retrieval/evaluation.ts";
import { type ConfidenceSettings, resampleMeans } from "./pair-intervals.ts";
import type { PairTable } from "./pair-table.ts";
import { logLoss, squaredError } from "./probability-scores.ts";
import {
  assignBins,
  type Binning,
  type ReliabilityBin,
  summarizeBins,
} from "./reliability-bins.ts";
import { withInterval, withMirroredInterval } from "./summarize-samples.ts";

/** What {@link measureProbabilities} measures. */
export interface ProbabilityOptions extends RunOptions {
  /** One per pair, in [0, 1]. */
  readonly probabilities: Float64Array;
  readonly binning: Binning;
  readonly confidence: ConfidenceSettings;
}

/** How good probabilities are. */
export interface ProbabilityMetrics {
  readonly metrics: Record<"brier" | "logLoss" | "ece", MetricValue>;
  readonly bins: readonly ReliabilityBin[];
}

/**
 * Brier score, log-loss and expected calibration error with their intervals. The bins of the latter
 * are those of all pairs in every resample.
 *
 * @throws RangeError when probabilities are not one per pair in [0, 1], or for bins that are none.
 */
export async function measureProbabilities(
  table: PairTable,
  options: ProbabilityOptions,
): Promise<ProbabilityMetrics> {
  const { probabilities, binning } = options;
  checkProbabilities(probabilities, table.labels.length);
  checkBinning(binning);
  const promised = { probabilities, labels: table.labels, weights: table.weights };
  const binOf = assignBins(promised, binning);
  const {
    brier,
    logLoss: loss,
    ece,
  } = await resampleMeans(table, {
    ...options,
    columns: 2 + binning.count,
    measure: (pair, row) => {
      const probability = probabilities[pair] ?? 0;
      const label = table.labels[pair] ?? 0;
      row[0] = squaredError(probability, label);
      row[1] = logLoss(probability, label);
      row[2 + (binOf[pair] ?? 0)] = probability - label;
    },
    statistics: ([meanBrier = 0, meanLoss = 0, ...gaps]) => {
      const ofGaps = gaps.reduce((sum, gap) => sum + Math.abs(gap), 0);
      return { brier: meanBrier, logLoss: meanLoss, ece: ofGaps };
    },
  });
  return {
    metrics: {
      brier: withInterval(brier),
      logLoss: withInterval(loss),
      ece: withMirroredInterval(ece),
    },
    bins: summarizeBins(promised, binOf),
  };
}

function checkProbabilities(probabilities: Float64Array, pairs: number): void {
  if (probabilities.length !== pairs) {
    throw new RangeError(`Expected ${pairs} probabilities, found ${probabilities.length}.`);
  }
  const bad = probabilities.findIndex((value) => !(value >= 0 && value <= 1));
  if (bad === -1) return;
  throw new RangeError(`The probability of pair ${bad} is ${probabilities[bad]}; expected 0 to 1.`);
}

function checkBinning({ kind, count }: Binning): void {
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`The count of bins must be a positive integer, found ${count}.`);
  }
  if (kind !== "equal-mass" && kind !== "equal-width") {
    throw new RangeError(
      `The kind of bins must be "equal-mass" or "equal-width", found ${String(kind)}.`,
    );
  }
}
