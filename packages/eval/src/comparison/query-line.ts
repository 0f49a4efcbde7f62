import type { Metadata } from "@semblance/core";
import type { Direction } from "../retrieval/evaluation.ts";

/** How one query of an evaluation fared, by ids: a line of the `.queries.jsonl` beside a result. */
export interface QueryLine {
  readonly direction: Direction;
  /** The id of the query. */
  readonly query: string;
  /** The query itself, where it is a text whose id is another. */
  readonly text?: string;
  /** The columns that the user gave it. */
  readonly metadata?: Metadata;
  /** Queries that relevant pairs connect have the same number, those of both directions together. */
  readonly cluster: number;
  /** The ids of the relevant items. */
  readonly relevant: readonly string[];
  /** The best items, highest score first. */
  readonly hits: readonly { readonly id: string; readonly score: number }[];
  /** `rank` and, for each cut-off, `hit@k`, `recall@k` and so on. */
  readonly metrics: Readonly<Record<string, number>>;
}
