export {
  type BootstrapOptions,
  bootstrapInterval,
  type Interval,
  type PairedOptions,
  pairedInterval,
} from "@semblance/core";
export { evaluateRetrieval } from "./retrieval/evaluate-retrieval.ts";
export type {
  Direction,
  Evaluation,
  MetricValue,
  QueryResult,
  RowHit,
} from "./retrieval/evaluation.ts";
export type { EvaluateRetrievalOptions } from "./retrieval/retrieval-options.ts";
