export {
  type BootstrapOptions,
  bootstrapInterval,
  type Interval,
  type PairedOptions,
  pairedInterval,
} from "@semblance/core";
export {
  applyCalibration,
  uncalibratedProbabilities,
  withPrior,
} from "./calibration/apply-calibration.ts";
export type {
  Calibration,
  CalibrationCurve,
  CalibrationFacts,
  CalibrationMethod,
  CrossValidation,
  UncalibratedScoring,
} from "./calibration/calibration.ts";
export type { Abstention } from "./calibration/decisions/abstention.ts";
export {
  type ChooseAbstentionOptions,
  chooseAbstention,
} from "./calibration/decisions/choose-abstention.ts";
export {
  type ChooseThresholdOptions,
  chooseThreshold,
} from "./calibration/decisions/choose-threshold.ts";
export type { ChosenThreshold, ThresholdTarget } from "./calibration/decisions/chosen-threshold.ts";
export { type TopScores, topScores } from "./calibration/decisions/top-scores.ts";
export {
  type EvaluateCalibrationOptions,
  evaluateCalibration,
} from "./calibration/evaluate-calibration.ts";
export { fitCalibration } from "./calibration/fit-calibration.ts";
export type { FitCalibrationOptions } from "./calibration/fit-options.ts";
export { uncalibratedScoring } from "./calibration/read-scoring.ts";
export type { Reliability, ReliabilityOf } from "./calibration/reliability.ts";
export {
  type CompareEvaluationsOptions,
  compareEvaluations,
} from "./comparison/compare-evaluations.ts";
export type {
  Answer,
  ChangedQuery,
  ComparedModel,
  Comparison,
  ComparisonVerdict,
  MetricDifference,
  SliceDifference,
} from "./comparison/comparison.ts";
export type { EvaluatedQueries, EvaluationDocument } from "./comparison/evaluation-document.ts";
export { adjustByHolm } from "./comparison/holm.ts";
export type { QueryLine } from "./comparison/query-line.ts";
export {
  type RandomizationTestOptions,
  type RandomizationTestResult,
  randomizationTest,
} from "./comparison/randomization-test.ts";
export { type ClipBenchmarkOptions, toClipBenchmark } from "./formats/clip-benchmark.ts";
export type { ExportedEvaluation } from "./formats/exported-evaluation.ts";
export { type MtebOptions, toMteb } from "./formats/mteb.ts";
export { type RowIds, rankedQueries } from "./formats/ranked-queries.ts";
export { toCsv, toMarkdown } from "./formats/table.ts";
export { type RankedQuery, type TrecRunOptions, toTrecQrels, toTrecRun } from "./formats/trec.ts";
export {
  type EvaluatePairsOptions,
  evaluatePairs,
  type PairEvaluation,
  type PairMetric,
} from "./pairs/evaluate-pairs.ts";
export type { Binning, ReliabilityBin } from "./pairs/reliability-bins.ts";
export type {
  PairConfidence,
  PairGroups,
  PairSampling,
  Prior,
  SamplingRule,
  ScoredPairs,
} from "./pairs/scored-pairs.ts";
export { evaluateRetrieval } from "./retrieval/evaluate-retrieval.ts";
export type { Direction, EvaluatedData, Evaluation, MetricValue } from "./retrieval/evaluation.ts";
export { type EvaluateFoldsOptions, evaluateFolds } from "./retrieval/folds/evaluate-folds.ts";
export {
  type HitColumns,
  type QueryColumns,
  type QueryResult,
  queryResult,
  type RelevantRows,
  type RowHit,
} from "./retrieval/query-columns.ts";
export { type Relevance, readRelevance } from "./retrieval/relevance/relevance.ts";
export {
  type RelevanceClusters,
  relevanceClusters,
} from "./retrieval/relevance/relevance-clusters.ts";
export type { EvaluateRetrievalOptions } from "./retrieval/retrieval-options.ts";
export type { Hubness } from "./retrieval/summary/hubness.ts";
export { evaluateRun, type RunEvaluation } from "./run/evaluate-run.ts";
export { type IndexedRun, indexRun } from "./run/index-run.ts";
export type { IndexedTable } from "./run/index-table.ts";
export type { ByQuery, Qrels, QrelsColumns, Run, RunColumns } from "./run/run.ts";
export type { EvaluateRunOptions, RunMeasurement } from "./run/run-options.ts";
export type { RunMetrics } from "./run/summarize-run.ts";
