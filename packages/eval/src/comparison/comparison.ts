import type { Interval } from "@semblance/core";
import type { Direction } from "../retrieval/evaluation.ts";
import type { EvaluationDocument } from "./evaluation-document.ts";

/** What sets two results over the same queries apart: plain data that survives `JSON.stringify`. */
export interface Comparison {
  readonly schema: 1;
  readonly dataset: EvaluationDocument["dataset"];
  readonly protocol: EvaluationDocument["protocol"];
  readonly a: ComparedModel;
  readonly b: ComparedModel;
  /** By the key of the metric: `"t2i.hit@10"`. */
  readonly metrics: Readonly<Record<string, MetricDifference>>;
  /** The metrics that only one of the results has: other cut-offs, say. */
  readonly onlyIn: { readonly a: readonly string[]; readonly b: readonly string[] };
  readonly verdict: ComparisonVerdict;
  /** The cut-off that `fixed`, `broken` and `slices` are about. */
  readonly k: number;
  /** Queries that miss in a and hit in b; biggest gain in rank first. */
  readonly fixed: Readonly<Record<Direction, readonly ChangedQuery[]>>;
  /** Queries that hit in a and miss in b; biggest loss in rank first. */
  readonly broken: Readonly<Record<Direction, readonly ChangedQuery[]>>;
  readonly slices: readonly SliceDifference[];
  readonly resampling: { readonly resamples: number; readonly seed: number };
}

/** One side of a comparison. */
export interface ComparedModel {
  readonly model: EvaluationDocument["model"];
}

/** How far apart two results are by one metric. */
export interface MetricDifference {
  readonly a: number;
  readonly b: number;
  /** b − a, in the metric's unit. */
  readonly difference: number;
  /** 95 % interval of the difference; absent with fewer than two clusters. */
  readonly ci95?: Interval;
  /** Of the paired randomisation test, two-sided; absent where there is no test, as for `medr`. */
  readonly p?: number;
  /** `p` by Holm's method, over all metrics that have one. */
  readonly pHolm?: number;
  /** How many queries. */
  readonly n: number;
  /** Whether b beats a beyond chance: `pHolm` is below 0.05. Of ranks the lower one is better. */
  readonly verdict: "better" | "worse" | "undecided";
}

/** How many metrics say what. */
export interface ComparisonVerdict {
  readonly better: number;
  readonly worse: number;
  /** How many were tested. */
  readonly tested: number;
}

/** A query that one of the results answers and the other does not. */
export interface ChangedQuery {
  readonly query: string;
  readonly text?: string;
  readonly relevant: readonly string[];
  readonly a: Answer;
  readonly b: Answer;
}

/** What came for a query. */
export interface Answer {
  /** Of the first relevant item, from 1; between two numbers where it ties. */
  readonly rank: number;
  /** The best three, or as many as the result lists. */
  readonly hits: readonly { readonly id: string; readonly score: number }[];
}

/** Two results over a part of the queries, by hit@k. */
export interface SliceDifference {
  readonly direction: Direction;
  /** What the queries were divided by: `"caption length"`, or a column. */
  readonly by: string;
  /** `"6 to 9 words"`, or the column's value. */
  readonly value: string;
  /** How many queries. */
  readonly n: number;
  readonly a: number;
  readonly b: number;
  readonly difference: number;
  /** 95 % interval of the difference, for this slice alone: with many slices some miss by chance. */
  readonly ci95?: Interval;
}
