export type { MatcherConfig, MatcherSettings } from "./config.ts";
export { createMatcher } from "./create-matcher.ts";
export type { ColumnSpec, Modality } from "./data/columns.ts";
export type { IdMappings } from "./data/id-mappings.ts";
export type { MatcherData, MatcherRow } from "./data/matcher-data.ts";
export {
  type EncodeDatasetOptions,
  type EncodedDataset,
  encodeDataset,
  towerOf,
} from "./encoding/encode-dataset.ts";
export { type EvaluateDatasetOptions, evaluateDataset } from "./evaluation/evaluate-dataset.ts";
export type {
  DatasetEvaluation,
  ModelFacts,
  RetrievalReport,
} from "./evaluation/retrieval-report.ts";
export {
  type FitModelOptions,
  fitModel,
  holdOut,
  type TrainAndValidation,
} from "./fit/fit-model.ts";
export type {
  EvaluateOptions,
  ExtractOptions,
  FitOptions,
  FitSummary,
  Matcher,
  MatcherEvaluation,
  SearchHit,
} from "./matcher.ts";
export type {
  CalibrateOptions,
  CalibrationReport,
  CalibrationSettings,
} from "./probability/calibrate-options.ts";
export {
  type ModelCalibration,
  type ResultWarning,
  staleness,
} from "./probability/model-calibration.ts";
export type {
  Predictions,
  PredictOptions,
  ProbabilityPredictions,
} from "./probability/prediction.ts";
export {
  type SearchResults,
  type SemanticSearchOptions,
  semanticSearch,
} from "./search/semantic-search.ts";
export { writeCalibration } from "./storage/calibration-file.ts";
export { type LoadMatcherOptions, loadMatcher } from "./storage/load-matcher.ts";
export { type OpenedCalibration, openCalibration } from "./storage/open-calibration.ts";
