import type { ItemFailure, RunOptions } from "@semblance/core";
import type { IdMappings } from "../data/id-mappings.ts";
import type { LabelValue } from "../data/match-labels.ts";
import type { ProbabilityFacts } from "./match-scorer.ts";

/** Options of `Matcher.predict` and `Matcher.predictProba`. */
export interface PredictOptions extends RunOptions {
  /** What ids stand for, where the data holds ids in the place of contents. */
  readonly idMappings?: IdMappings;
  /**
   * The share of matches to expect among the pairs, in (0, 1): moves a calibration's probabilities
   * there. @defaultValue the calibration's own
   */
  readonly prior?: number;
  /**
   * From which probability on a pair is a match, in [0, 1].
   * @defaultValue the calibration's first threshold where it has one and no other prior is asked for, else 0.5
   */
  readonly threshold?: number;
}

/** What `Matcher.predictProba` gives; plain data that survives `JSON.stringify`. */
export interface ProbabilityPredictions extends ProbabilityFacts {
  /** By row: how likely the pair is a match, in [0, 1]; `null` for a row that failed. */
  readonly probabilities: readonly (number | null)[];
  /** Cosine similarity by row; `null` for a row that failed. */
  readonly scores: readonly (number | null)[];
  /** Rows that could not be scored, by their number from 0. */
  readonly failures: readonly ItemFailure[];
  /** Distinct texts that were cut to the model's length. */
  readonly truncated: number;
}

/** What `Matcher.predict` gives; plain data that survives `JSON.stringify`. */
export interface Predictions extends ProbabilityPredictions {
  /** By row: 1 or 0, or the values of `matchLabel` and `noMatchLabel`; `null` for a row that failed. */
  readonly labels: readonly (LabelValue | null)[];
  /** From which probability on a pair is called a match. */
  readonly threshold: number;
}
