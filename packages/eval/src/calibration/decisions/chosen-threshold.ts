import type { PairSampling } from "../../pairs/scored-pairs.ts";
import type { MetricValue } from "../../retrieval/evaluation.ts";

/** What a decision threshold should reach: a share in (0, 1), or the highest F1. */
export type ThresholdTarget =
  | { readonly precision: number }
  | { readonly recall: number }
  | { readonly f1: "max" };

/** A decision threshold and what it reaches on the pairs that it was chosen on. */
export interface ChosenThreshold {
  readonly target: ThresholdTarget;
  /** A pair is a match when its score is at least this. */
  readonly threshold: number;
  /** The same as a calibrated probability, where there is a calibration. */
  readonly probability?: number;
  /** Share of matches at which the values hold. */
  readonly prior: number;
  readonly precision: MetricValue;
  readonly recall: MetricValue;
  readonly f1: MetricValue;
  readonly sampling: PairSampling;
}
