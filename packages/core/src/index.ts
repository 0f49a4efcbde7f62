export type { AnyIterable } from "./any-iterable.ts";
export { collect } from "./collect.ts";
export type {
  Cell,
  Dataset,
  DatasetReader,
  Item,
  Judgement,
  ReadOptions,
  Table,
} from "./dataset.ts";
export { type Embeddings, normalizeRows, rowOf, selectRows, toEmbeddings } from "./embedding.ts";
export { encodeItems } from "./encode-items.ts";
export type { EncodedBatch, EncodeOptions, Encoder, Scoring, Tower } from "./encoder.ts";
export {
  CalibrationError,
  ConfigError,
  ConformanceError,
  DatasetError,
  type DatasetErrorDetails,
  EncoderError,
  type ErrorDetails,
  IndexError,
  ModelError,
  type PythonFailure,
  SemblanceError,
  type TablePosition,
  TrainerError,
} from "./errors.ts";
export { createEventQueue, type EventQueue } from "./event-queue.ts";
export { float16ToFloat32, float32ToFloat16 } from "./float16.ts";
export { fromAnyIterable } from "./from-any-iterable.ts";
export type { ImageDecoder, ImageInput, ImageLimits, RgbImage } from "./image.ts";
export type { ItemFailure } from "./item-failure.ts";
export type { Metadata } from "./metadata.ts";
export type { Grades } from "./metrics/grades.ts";
export {
  checkTieMode,
  compareTrecIds,
  type OrderTiesOptions,
  orderTies,
  type TieMode,
} from "./metrics/order-ties.ts";
export {
  dependsOnTies,
  metricNames,
  type QueryMetricsOptions,
  queryMetrics,
  writeQueryMetrics,
} from "./metrics/query-metrics.ts";
export {
  expectedReciprocalRank,
  type ReciprocalRanks,
  reciprocalRanks,
} from "./metrics/reciprocal-ranks.ts";
export { type TieGroup, tieGroups } from "./metrics/tie-groups.ts";
export type { Metrics } from "./metrics.ts";
export {
  applyHead,
  decodeHead,
  encodeHead,
  type HeadReference,
  headReference,
  type ModelHead,
  towerOfHead,
} from "./model-head.ts";
export type { ModelProvider, OpenedModel } from "./model-provider.ts";
export {
  type DecodedNpy,
  decodeNpy,
  decodeNpyEmbeddings,
  encodeNpy,
  encodeNpyHeader,
  type NpyArray,
  type NpyData,
} from "./npy.ts";
export { parseConfig } from "./parse-config.ts";
export type { Progress } from "./progress.ts";
export type { RunOptions } from "./run-options.ts";
export { decodeSafetensors, encodeSafetensors, type FloatTensor } from "./safetensors.ts";
export { type ScaledRows, scorePair, toUnitRows } from "./scoring/scaled-rows.ts";
export { type ScoreRowsOptions, scoreRows } from "./scoring/score-rows.ts";
export { type ScoreTile, type ScoreTilesOptions, scoreTiles } from "./scoring/score-tiles.ts";
export { type CompareTies, topK } from "./scoring/top-k.ts";
export { type WasmMemory, wasmInstances } from "./scoring/wasm-instances.ts";
export {
  type BootstrapOptions,
  bootstrapInterval,
  type PairedOptions,
  pairedInterval,
} from "./statistics/bootstrap.ts";
export type { Interval } from "./statistics/interval.ts";
export { quantile } from "./statistics/quantile.ts";
export { createRandom } from "./statistics/random.ts";
export {
  checkResampling,
  checkValues,
  type ResampledTimesOptions,
  type ResampleOptions,
  resampledTimes,
  resampledTotals,
} from "./statistics/resample.ts";
export {
  type ResampledIntervalOptions,
  resampledInterval,
} from "./statistics/resampled-interval.ts";
export { createWeightedSum } from "./statistics/weighted-sum.ts";
export { wilsonInterval } from "./statistics/wilson-interval.ts";
export type {
  EmbeddingFitSpec,
  EncodedPairs,
  FileFitSpec,
  FitCandidate,
  FitCommon,
  FitResult,
  Judged,
  PairJudgement,
  Trainer,
  TrainingEvent,
  TrainingRun,
} from "./trainer.ts";
export { unlessAborted } from "./unless-aborted.ts";
export type {
  Filter,
  Hit,
  IndexedItem,
  QueryOptions,
  VectorIndex,
  VectorIndexInfo,
} from "./vector-index.ts";
export { type Defined, withoutUndefined } from "./without-undefined.ts";
export { yieldToEventLoop } from "./yield-to-event-loop.ts";
