import type { RunOptions, Scoring } from "@semblance/core";
import type { PairConfidence, Prior, ScoredPairs } from "../pairs/scored-pairs.ts";
import type { CalibrationMethod } from "./calibration.ts";

/** Options of `fitCalibration`: validation pairs and what to make of them. */
export interface FitCalibrationOptions extends ScoredPairs, RunOptions {
  /**
   * How the model scores, as its encoder says. With `sigmoid` the model's own probability is the
   * start and a candidate; otherwise scores are cosines, and the start is (cosine + 1) / 2.
   */
  readonly scoring?: Scoring;
  /** @defaultValue `"data"` */
  readonly prior?: Prior;
  /** Which to choose from. @defaultValue all that the scoring allows */
  readonly methods?: readonly CalibrationMethod[];
  /** Parts of the cross-validation, at least 3; groups stay together. @defaultValue 5 */
  readonly folds?: number;
  /** Decides the parts: an integer in [0, 2³²). @defaultValue 0 */
  readonly seed?: number;
  /** @defaultValue `{ resamples: 1000, seed: 0 }` */
  readonly confidence?: false | PairConfidence;
}
