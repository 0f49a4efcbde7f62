export {
  type ColumnSpec,
  type MatcherData,
  type Modality,
  resolveColumn,
  toTable,
} from "./columns.ts";
export type { MatcherConfig, MatcherSettings } from "./config.ts";
export { createMatcher } from "./create-matcher.ts";
export {
  type EncodeDatasetOptions,
  type EncodedDataset,
  encodeDataset,
  itemsOf,
  towerOf,
} from "./encode-dataset.ts";
export { type EvaluateDatasetOptions, evaluateDataset } from "./evaluate-dataset.ts";
export { type FitModelOptions, fitModel, holdOut, type TrainAndValidation } from "./fit-model.ts";
export { type LoadMatcherOptions, loadMatcher } from "./load-matcher.ts";
export type {
  EvaluateOptions,
  ExtractOptions,
  FitOptions,
  FitSummary,
  Matcher,
  MatcherEvaluation,
  SearchHit,
} from "./matcher.ts";
export type { DatasetEvaluation, ModelFacts, RetrievalReport } from "./retrieval-report.ts";
export {
  type SearchResults,
  type SemanticSearchOptions,
  semanticSearch,
} from "./semantic-search.ts";
