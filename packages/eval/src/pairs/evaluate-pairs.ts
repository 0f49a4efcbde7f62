import type { RunOptions } from "@semblance/core";
import type { MetricValue } from "../retrieval/evaluation.ts";
import { measureDecisions } from "./measure-decisions.ts";
import { measureProbabilities } from "./measure-probabilities.ts";
import { measureRanking } from "./measure-ranking.ts";
import { readConfidence } from "./pair-intervals.ts";
import { readPairs } from "./pair-table.ts";
import type { Binning, ReliabilityBin } from "./reliability-bins.ts";
import type { PairConfidence, PairSampling, Prior, ScoredPairs } from "./scored-pairs.ts";

/** Options of {@link evaluatePairs}. */
export interface EvaluatePairsOptions extends ScoredPairs, RunOptions {
  /** One per pair, in [0, 1]: asks for `brier`, `logLoss` and `ece`. */
  readonly probabilities?: Float64Array;
  /** A pair is called a match when its score is at least this: asks for `precision`, `recall`, `f1`. */
  readonly threshold?: number;
  /** @defaultValue `"data"` */
  readonly prior?: Prior;
  /** Of `ece`. @defaultValue 15 bins of equal mass */
  readonly binning?: Binning;
  /** @defaultValue `{ resamples: 1000, seed: 0 }` */
  readonly confidence?: false | PairConfidence;
}

/** The name of a number in {@link PairEvaluation}. */
export type PairMetric =
  | "auroc"
  | "ap"
  | "precision"
  | "recall"
  | "f1"
  | "brier"
  | "logLoss"
  | "ece";

/** What {@link evaluatePairs} found: plain data that survives `JSON.stringify`. */
export interface PairEvaluation {
  /**
   * All in [0, 1], but for `logLoss` (nats); `n` counts pairs. What is not defined is not there:
   * `auroc` without two classes, `ap` and `recall` without a match, `precision` when nothing is
   * called one.
   */
  readonly metrics: Readonly<Partial<Record<PairMetric, MetricValue>>>;
  readonly sampling: PairSampling;
  /** The share of matches that the numbers hold for. */
  readonly prior: number;
  readonly threshold?: number;
  /** The bins of `ece`, lowest probability first. */
  readonly bins?: readonly ReliabilityBin[];
  readonly binning?: Binning;
}

/**
 * Measures how well scores tell pairs that match from pairs that do not: `auroc` and `ap`, ties as in
 * scikit-learn; at a threshold `precision`, `recall` and `f1`; of probabilities the Brier score
 * (`brier`), the log-loss and the expected calibration error (`ece`).
 *
 * All but `auroc` and `recall` change with the share of matches, and all with how the negatives were
 * chosen: `sampling` and `prior` say both. Intervals resample clusters (see {@link PairGroups});
 * that of `ece`, which chance makes larger, is mirrored to make up for part of it.
 *
 * @throws RangeError for lists of different lengths and values out of range.
 * @throws {@link DatasetError} with code `ONE_CLASS` when a prior is asked for and all or none match.
 */
export async function evaluatePairs(options: EvaluatePairsOptions): Promise<PairEvaluation> {
  const { probabilities, threshold, prior, signal, onProgress } = options;
  const { binning = { kind: "equal-mass", count: 15 } } = options;
  if (Number.isNaN(threshold)) throw new RangeError("threshold must be a number, found NaN.");
  const table = readPairs(options, prior);
  const run = {
    confidence: readConfidence(options.confidence),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  };
  const promised =
    probabilities && (await measureProbabilities(table, { probabilities, binning, ...run }));
  const metrics = {
    ...(await measureRanking(table, run)),
    ...(threshold !== undefined && (await measureDecisions(table, { threshold, ...run }))),
    ...promised?.metrics,
  };
  const defined = Object.entries(metrics).filter(([, { value }]) => Number.isFinite(value));
  return {
    metrics: Object.fromEntries(defined),
    sampling: table.sampling,
    prior: table.prior,
    ...(threshold !== undefined && { threshold }),
    ...(promised && { bins: promised.bins, binning }),
  };
}
