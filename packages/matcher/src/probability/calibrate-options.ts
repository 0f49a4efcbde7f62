import type { Dataset, ItemFailure, RunOptions } from "@semblance/core";
import type { ThresholdTarget } from "@semblance/eval";
import type { IdMappings } from "../data/id-mappings.ts";
import type { MatcherData } from "../data/matcher-data.ts";
import type { ModelCalibration } from "./model-calibration.ts";
import type { Negatives } from "./sample-pairs.ts";

/** Options of `Matcher.calibrate`: validation pairs that the model was not trained on. */
export interface CalibrateOptions extends CalibrationSettings, RunOptions {
  /** Pairs in the matcher's columns; or `dataset`. */
  readonly data?: MatcherData;
  /** Pairs of any reader. */
  readonly dataset?: Dataset;
  /** Only this split of them. @defaultValue all */
  readonly split?: string;
  /** The relevance column of `data`, where it is another one than the matcher's. */
  readonly label?: string;
  /** What ids stand for, where `data` holds ids in the place of contents. */
  readonly idMappings?: IdMappings;
}

/** How to calibrate. */
export interface CalibrationSettings {
  /**
   * The share of matches that probabilities shall hold for: `"data"` is that among all images × texts
   * of the data (or among the listed pairs), a number in (0, 1) another one. @defaultValue `"data"`
   */
  readonly prior?: "data" | number;
  /**
   * The pairs that are no match: `"listed"` takes those that the data lists; a number takes all pairs
   * of an image and a text that the data does not call a match, or where they are more, so many of them
   * at random, weighted to stand for all. @defaultValue 100,000
   */
  readonly negatives?: Negatives;
  /** What `predict`'s threshold shall reach; the first decides. @defaultValue a threshold of 0.5 */
  readonly target?: ThresholdTarget | readonly ThresholdTarget[];
  /**
   * The share of queries without a match in the gallery that may still get one from a search that
   * abstains, in (0, 1). @defaultValue 0.05, where there are images enough to show so low a rate
   */
  readonly falseAlarmRate?: number;
}

/** What came of `Matcher.calibrate`. */
export interface CalibrationReport {
  readonly calibration: ModelCalibration;
  /** Items that could not be read. */
  readonly failures: readonly ItemFailure[];
}
