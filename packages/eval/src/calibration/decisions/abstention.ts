import type { MetricValue } from "../../retrieval/evaluation.ts";

/** From which best score on a search has found something, and below which it says "no good match". */
export interface Abstention {
  /** The share of queries without a target in the gallery that may still get an answer, in (0, 1). */
  readonly falseAlarmRate: number;
  /** A search answers when its best score is at least this. */
  readonly threshold: number;
  /** The same as a calibrated probability, where there is a calibration. */
  readonly probability?: number;
  /** The share of queries that got an answer although their targets were removed. */
  readonly falseAlarms: MetricValue;
  /** The share of queries that still get an answer with their targets in place. */
  readonly answered: MetricValue;
  /** How many items the gallery had: false alarms grow with it. */
  readonly gallery?: number;
}
