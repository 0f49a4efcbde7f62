import type { Binning, ReliabilityBin } from "../pairs/reliability-bins.ts";
import type { MetricValue } from "../retrieval/evaluation.ts";

/** How far probabilities can be taken at their word, before and after calibration. */
export interface Reliability {
  /** The share of matches at which it was measured. */
  readonly prior: number;
  readonly before: ReliabilityOf;
  readonly after: ReliabilityOf;
  /**
   * What calibration gains: 1 − Brier score / that of saying the prior for every pair, and
   * 1 − Brier score / that of `before`. Above 0 is better; 1 is perfect.
   */
  readonly brierSkill: { readonly overBaseRate: MetricValue; readonly overBefore: MetricValue };
}

/** How far one way of making probabilities can be taken at its word. */
export interface ReliabilityOf {
  /** What makes the probabilities: `"(cosine + 1) / 2"`, `"the model's sigmoid"`, `"platt"`. */
  readonly name: string;
  /** Mean squared error, in [0, 1]. */
  readonly brier: MetricValue;
  /** In nats. */
  readonly logLoss: MetricValue;
  /** Expected calibration error over `bins`, in [0, 1]. */
  readonly ece: MetricValue;
  /**
   * 1 when the log-odds spread as far as they should; below 1 they are too extreme. Neither this nor
   * `intercept` is there when the probabilities tell all matches from all other pairs.
   */
  readonly slope?: MetricValue;
  /** 0 when neither too many nor too few matches are promised, given the slope. */
  readonly intercept?: MetricValue;
  readonly binning: Binning;
  /** Lowest probability first; empty ones are left out. */
  readonly bins: readonly ReliabilityBin[];
}
