import type { PairSampling } from "../pairs/scored-pairs.ts";
import type { MetricValue } from "../retrieval/evaluation.ts";
import type { ChosenThreshold } from "./decisions/chosen-threshold.ts";
import type { Reliability } from "./reliability.ts";

/**
 * How to turn scores into probabilities of a match, what it was fitted on, and how well it does:
 * plain data that survives `JSON.stringify`.
 */
export type Calibration = CalibrationCurve & CalibrationFacts;

/**
 * A rising curve from a score s to a probability at the prior that it was fitted for.
 *
 * - `model`, `temperature`, `platt`: sigmoid(slope · s + intercept). `model` fits nothing and
 *   `temperature` only the slope; both need a model that scores pairs by a sigmoid.
 * - `beta`: sigmoid(a · ln p − b · ln(1 − p) + c) where p is what the model says, as in `before`.
 * - `isotonic`: straight lines between the points given, level beyond them.
 */
export type CalibrationCurve =
  | {
      readonly method: "model" | "temperature" | "platt";
      readonly parameters: { readonly slope: number; readonly intercept: number };
    }
  | {
      readonly method: "beta";
      readonly parameters: { readonly a: number; readonly b: number; readonly c: number };
    }
  | {
      readonly method: "isotonic";
      readonly parameters: {
        /** Rising. */
        readonly scores: readonly number[];
        /** One per score, in (0, 1), not falling. */
        readonly probabilities: readonly number[];
      };
    };

/** The name of a {@link CalibrationCurve}. */
export type CalibrationMethod = CalibrationCurve["method"];

/** What a probability is without calibration: (cosine + 1) / 2, or the model's own sigmoid. */
export type UncalibratedScoring =
  | { readonly kind: "cosine" }
  | { readonly kind: "sigmoid"; readonly logitScale: number; readonly logitBias: number };

/** What a {@link Calibration} says besides its curve. */
export interface CalibrationFacts {
  readonly schema: 1;
  readonly before: UncalibratedScoring;
  /** The share of matches that the probabilities hold for, in (0, 1). */
  readonly prior: number;
  /** The prior that the curve was fitted for; `withPrior` changes `prior` and leaves this. */
  readonly fittedPrior: number;
  /** The pairs that it was fitted on. */
  readonly sampling: PairSampling;
  readonly crossValidation: CrossValidation;
  /** At `fittedPrior`, by predictions for pairs that the curve predicting them was not fitted on. */
  readonly reliability: Reliability;
  /** Decision thresholds that were asked for. */
  readonly thresholds?: readonly ChosenThreshold[];
}

/** How the method was chosen. */
export interface CrossValidation {
  /** Parts that the groups were split into. */
  readonly folds: number;
  readonly seed: number;
  /**
   * Log-loss in nats out of fold, of every method that could be fitted. The simplest within one
   * standard error of the lowest is chosen.
   */
  readonly logLoss: Readonly<Partial<Record<CalibrationMethod, MetricValue>>>;
  /** Why the others could not be. */
  readonly refused: Readonly<Partial<Record<CalibrationMethod, string>>>;
}
