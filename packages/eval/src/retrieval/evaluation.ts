import type { Interval } from "@semblance/core";
import type { QueryColumns } from "./query-columns.ts";
import type { Hubness } from "./summary/hubness.ts";

/** `t2i`: texts are the queries and images the gallery. `i2t`: the other way round. */
export type Direction = "t2i" | "i2t";

/** What was ranked: facts that make two results comparable. */
export interface EvaluatedData {
  readonly name: string;
  readonly split: string | null;
  readonly images: number;
  readonly texts: number;
  /** Relevant pairs. */
  readonly pairs: number;
  /** Over the ids and judgements that were ranked. */
  readonly galleryHash: string;
}

/** A number with its uncertainty. */
export interface MetricValue {
  readonly value: number;
  /** 95 % interval, clustered bootstrap; absent where there is none. */
  readonly ci95?: Interval;
  /** How many queries, or pairs, it is of. */
  readonly n: number;
}

/** What an evaluation found. All but `queries` is plain data that survives `JSON.stringify`. */
export interface Evaluation {
  /**
   * By direction, dot, metric: `"t2i.hit@10"`; `rsum` and `gmean` are of both directions. All in
   * [0, 1], but for the ranks `medr` and `meanr` (from 1) and `rsum` (0 to 600).
   */
  readonly metrics: Readonly<Record<string, MetricValue>>;
  /**
   * How many queries' numbers depend on the order of ties: they are expected values, or what the
   * order asked for gives.
   */
  readonly ties: Readonly<Record<Direction, { readonly queries: number }>>;
  /** How many queries were left out because nothing is relevant to them. */
  readonly withoutRelevant: Readonly<Record<Direction, number>>;
  /** Of the galleries: how unevenly their rows are found. */
  readonly hubness: Readonly<Record<Direction, Hubness>>;
  /** Every query that counts, in typed arrays; `queryResult` gives one query of them. */
  readonly queries: Readonly<Record<Direction, QueryColumns>>;
}
