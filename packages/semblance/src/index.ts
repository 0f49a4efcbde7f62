export {
  CalibrationError,
  type Cell,
  ConfigError,
  type Dataset,
  DatasetError,
  type Embeddings,
  type Encoder,
  EncoderError,
  type FitResult,
  type Hit,
  IndexError,
  type ItemFailure,
  type Metrics,
  ModelError,
  type Progress,
  rowOf,
  SemblanceError,
  type Table,
  TrainerError,
  type TrainingEvent,
  type VectorIndex,
} from "@semblance/core";
export {
  type DatasetInspection,
  datasetFromTable,
  type Finding,
  inspectDataset,
  inspectTables,
  openDataset,
  readTable,
  splitDataset,
} from "@semblance/data";
export {
  createOnnxEncoder,
  createSharpDecoder,
  type OnnxEncoderConfig,
} from "@semblance/encoder-onnx";
export {
  type Comparison,
  compareEvaluations,
  type EvaluatedQueries,
  type Evaluation,
  evaluateRetrieval,
} from "@semblance/eval";
export {
  type FitSummary,
  type Matcher,
  type MatcherConfig,
  type MatcherEvaluation,
  type ModelCalibration,
  type Predictions,
  type ProbabilityPredictions,
  type SearchHit,
  semanticSearch,
} from "@semblance/matcher";
export { createExactIndex } from "@semblance/search";
export { type AdapterConfig, createAdapterTrainer } from "@semblance/trainer-adapter";
export {
  attachTraining,
  createTrainer,
  exportCheckpoint,
  launchTraining,
  setUpPython,
} from "@semblance/trainer-bridge";
export { type CreateMatcherConfig, createMatcher, loadMatcher } from "./create-matcher.ts";
export { createModelProvider, type ModelProviderConfig } from "./create-model-provider.ts";
export { readEvaluatedQueries } from "./results/read-evaluation.ts";
