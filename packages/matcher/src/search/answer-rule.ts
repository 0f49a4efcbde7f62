import { ConfigError } from "@semblance/core";
import type { Modality } from "../data/columns.ts";
import type { Matcher, SearchHit } from "../matcher.ts";
import { createMatchScorer } from "../probability/match-scorer.ts";
import { type ModelCalibration, staleness } from "../probability/model-calibration.ts";

/** When a search says that it has found nothing, and what its hits say of themselves. */
export interface AnswerOptions {
  /** Hits that are less likely a match than this are left out, in [0, 1]; needs a calibration. */
  readonly minProbability?: number;
  /**
   * Whether a query whose best hit is below the calibration's abstention threshold gets none: "no good
   * match". @defaultValue false
   */
  readonly abstain?: boolean;
  /** The share of matches that probabilities hold for, in (0, 1). @defaultValue the calibration's own */
  readonly prior?: number;
}

/** Makes one query's hits what the options ask for. */
export type AnswerRule = (hits: readonly SearchHit[]) => readonly SearchHit[];

/** Between what the search is. */
export interface SearchDirection {
  readonly query: Modality | undefined;
  readonly response: Modality | undefined;
  readonly similarity: "cosine" | "dot";
}

/**
 * Refuses options that cannot be met, before anything is encoded.
 *
 * @throws {@link ConfigError} with code `NOT_CALIBRATED` or `CALIBRATION_STALE` when an option needs a
 * calibration that there is not, RangeError for an option that is out of range.
 */
export function checkAnswerOptions(matcher: Matcher, options: AnswerOptions): void {
  const { minProbability = 0 } = options;
  if (!(minProbability >= 0 && minProbability <= 1)) {
    throw new RangeError(`minProbability must lie in [0, 1], found ${minProbability}.`);
  }
  if (!needsCalibration(options)) return;
  const { calibration, model } = matcher;
  const stale = calibration && staleness(calibration, model);
  if (stale) throw new ConfigError(stale);
  if (calibration) return;
  throw notCalibrated(
    "minProbability, abstain and prior need a calibration, and the model has none.",
    "Calibrate it on validation pairs: semblance calibrate, or matcher.calibrate({ data }).",
  );
}

/**
 * What to do with the hits of each query: a calibration adds probabilities, where it holds for the
 * model in use and the search is between images and texts by cosine.
 *
 * @throws {@link ConfigError} with code `NOT_CALIBRATED` when an option asks for more than the
 * calibration says.
 */
export function createAnswerRule(
  matcher: Matcher,
  direction: SearchDirection,
  options: AnswerOptions,
): AnswerRule {
  const { minProbability = 0, abstain = false, prior } = options;
  const { calibration, model } = matcher;
  const { query, response, similarity } = direction;
  if (!calibration || staleness(calibration, model)) return (hits) => hits;
  if (similarity !== "cosine" || query === response) {
    if (!needsCalibration(options)) return (hits) => hits;
    throw notCalibrated(
      "The calibration is of images and texts by cosine, and the search is of something else.",
      'Search between images and texts, with similarityType: "cosine".',
    );
  }
  const scorer = createMatchScorer(model, calibration, prior);
  const floor = abstain ? abstentionFloor(calibration, query) : Number.NEGATIVE_INFINITY;
  return (hits) => {
    if ((hits[0]?.score ?? floor) < floor) return [];
    const probabilities = scorer.probabilities(Float32Array.from(hits, ({ score }) => score));
    return hits
      .map((hit, i) => ({ ...hit, probability: probabilities[i] ?? 0 }))
      .filter(({ probability }) => probability >= minProbability);
  };
}

function needsCalibration({ minProbability, abstain, prior }: AnswerOptions): boolean {
  return abstain === true || minProbability !== undefined || prior !== undefined;
}

function abstentionFloor({ abstention }: ModelCalibration, query: Modality | undefined): number {
  if (abstention) return abstention[query === "text" ? "t2i" : "i2t"].threshold;
  throw notCalibrated(
    "The calibration says nothing about abstaining: it was made on listed pairs, or on too few images.",
    "Calibrate on more images, every one of them a candidate for every text.",
  );
}

function notCalibrated(message: string, fix: string): ConfigError {
  return new ConfigError({ code: "NOT_CALIBRATED", message, fix });
}
