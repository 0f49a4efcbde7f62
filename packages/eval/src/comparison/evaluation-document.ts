import type { EvaluatedData, MetricValue } from "../retrieval/evaluation.ts";
import type { QueryLine } from "./query-line.ts";

/** What a comparison reads of a result: a part of what `semblance eval --json` prints. */
export interface EvaluationDocument {
  readonly dataset: EvaluatedData;
  readonly model: { readonly name: string };
  /** How it was measured: `ties`, `similarity` and what else decides the figures. */
  readonly protocol: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, MetricValue>>;
}

/** A result with the queries behind its figures. */
export interface EvaluatedQueries {
  readonly document: EvaluationDocument;
  readonly queries: readonly QueryLine[];
}
