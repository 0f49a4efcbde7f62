export {
  type BootstrapOptions,
  bootstrapInterval,
  type Interval,
  type PairedOptions,
  pairedInterval,
} from "@semblance/core";
export { evaluateRetrieval } from "./evaluate-retrieval.ts";
export type { Direction, Evaluation, MetricValue, QueryResult, RowHit } from "./evaluation.ts";
export type { EvaluateRetrievalOptions } from "./retrieval-options.ts";
