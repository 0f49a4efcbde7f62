import { type OpenedModel, withoutUndefined } from "@semblance/core";
import type { MatcherSettings } from "../config.ts";
import { matchValues } from "../data/match-labels.ts";
import { type MatcherData, toTable } from "../data/matcher-data.ts";
import { createMatchScorer, type MatchScorer } from "./match-scorer.ts";
import type { ModelCalibration, ResultWarning } from "./model-calibration.ts";
import type { Predictions, PredictOptions, ProbabilityPredictions } from "./prediction.ts";
import { scoreTable, type TableScores } from "./score-table.ts";

/** A matcher's parts that predictions depend on. */
export interface Predictor {
  readonly settings: MatcherSettings;
  readonly model: OpenedModel;
  readonly calibration: ModelCalibration | undefined;
  /** What was found when the calibration was read. */
  readonly warnings: readonly ResultWarning[];
}

/** Whether each pair is a match: `Matcher.predict`. */
export async function predict(
  predictor: Predictor,
  data: MatcherData,
  options: PredictOptions = {},
): Promise<Predictions> {
  const { settings } = predictor;
  const scorer = createMatchScorer(predictor.model, predictor.calibration, options.prior);
  const threshold = chooseThreshold(scorer, options);
  const values = matchValues(settings, { column: settings.label, table: toTable(data) });
  const scored = await score(predictor, data, options);
  const found = describe(predictor, scorer, scored);
  const labels = found.probabilities.map((probability, row) => {
    if (probability === null) return null;
    const isMatch = threshold.isMatch(scored.scores[row] ?? 0, probability);
    return isMatch ? values.match : values.noMatch;
  });
  const warnings = [...found.warnings, ...thresholdWarnings(predictor, options)];
  return { labels, threshold: threshold.probability, ...found, warnings };
}

// A threshold was chosen for what the pairs of validation are like; elsewhere its target may not be met.
function thresholdWarnings(
  { calibration }: Predictor,
  { prior, threshold }: PredictOptions,
): ResultWarning[] {
  const [chosen] = calibration?.calibration.thresholds ?? [];
  if (!chosen || prior === undefined || threshold !== undefined) return [];
  return [
    {
      code: "THRESHOLD_NOT_USED",
      message: `The threshold that was chosen for ${JSON.stringify(chosen.target)} is not used with another prior; 0.5 is.`,
      fix: "Calibrate with this prior and the target, or give a threshold.",
    },
  ];
}

/** How likely each pair is a match: `Matcher.predictProba`. */
export async function predictProba(
  predictor: Predictor,
  data: MatcherData,
  options: PredictOptions = {},
): Promise<ProbabilityPredictions> {
  const scorer = createMatchScorer(predictor.model, predictor.calibration, options.prior);
  return describe(predictor, scorer, await score(predictor, data, options));
}

function score(
  { settings, model }: Predictor,
  data: MatcherData,
  { idMappings, signal, onProgress }: PredictOptions,
): Promise<TableScores> {
  const { encoder } = model;
  return scoreTable(withoutUndefined({ settings, encoder, data, idMappings, signal, onProgress }));
}

function describe(
  { warnings }: Predictor,
  { facts, ...scorer }: MatchScorer,
  { scores, failures, truncated }: TableScores,
): ProbabilityPredictions {
  return {
    probabilities: numbersOf(scorer.probabilities(scores)),
    scores: numbersOf(scores),
    ...facts,
    warnings: [...warnings, ...facts.warnings],
    failures,
    truncated,
  };
}

function numbersOf(values: Float32Array | Float64Array): (number | null)[] {
  return Array.from(values, (value) => (Number.isNaN(value) ? null : value));
}

interface DecisionRule {
  readonly probability: number;
  isMatch(score: number, probability: number): boolean;
}

// A threshold that validation chose is a score: as a probability, rounding could turn a decision over.
function chooseThreshold(scorer: MatchScorer, options: PredictOptions): DecisionRule {
  const { threshold = 0.5, prior } = options;
  if (!(threshold >= 0 && threshold <= 1)) {
    throw new RangeError(`threshold must lie in [0, 1], found ${threshold}.`);
  }
  const isOwn = options.threshold === undefined && prior === undefined;
  const chosen = isOwn ? scorer.calibration?.thresholds?.[0] : undefined;
  if (!chosen) {
    return { probability: threshold, isMatch: (_, probability) => probability >= threshold };
  }
  const [probability = threshold] = scorer.probabilities(Float32Array.of(chosen.threshold));
  return { probability, isMatch: (score) => score >= chosen.threshold };
}
