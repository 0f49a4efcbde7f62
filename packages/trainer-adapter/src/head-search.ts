import type { Scoring, TrainingEvent } from "@semblance/core";
import type { FitMetric } from "./fit-metric.ts";
import type { AdapterHyperparameters } from "./hyperparameters.ts";
import type { Pace } from "./pace.ts";
import type { TrainingPairs } from "./training-pairs.ts";
import type { ValidationPart } from "./validation-halves.ts";

/** What a search for a head goes by. */
export interface HeadSearch {
  readonly pairs: TrainingPairs;
  readonly choosing: ValidationPart;
  readonly metric: FitMetric;
  /** The metric of the start on the choosing half. */
  readonly startValue: number;
  readonly hyperparameters: AdapterHyperparameters;
  readonly scoring: Scoring;
  readonly seed: number;
  readonly pace: Pace;
  /** Seconds of the time limit that are needed after the search. */
  readonly reserve: number;
  readonly report: (event: TrainingEvent) => void;
}
