import type { EncodedPairs, Item, ItemFailure, TieMode } from "@semblance/core";
import type { EvaluatedData, Evaluation } from "@semblance/eval";

/** What was evaluated: facts that make a figure comparable. */
export interface ModelFacts {
  /** The encoder's id; `null` for embeddings that came from elsewhere. */
  readonly id: string | null;
  readonly name: string;
  readonly dtype: string | null;
  /** Over the weights; of both files for embeddings that came from elsewhere. */
  readonly sha256: string | null;
}

/** Retrieval metrics with their protocol and data, as plain data: `semblance eval --json`. */
export interface RetrievalReport {
  readonly schema: 1;
  readonly dataset: EvaluatedData;
  readonly model: ModelFacts;
  readonly protocol: {
    readonly ties: TieMode;
    readonly similarity: "cosine" | "dot";
    readonly prompt: string | null;
    /** How many captions of each image count, in the dataset's order; `null` for all. */
    readonly captionsPerImage: number | null;
    /** Into how many parts the images were put, each ranked by itself; `null` for one whole. */
    readonly folds: number | null;
  };
  readonly metrics: Evaluation["metrics"];
  readonly ties: Evaluation["ties"];
  /** Queries left out because nothing is relevant to them. */
  readonly withoutRelevant: Evaluation["withoutRelevant"];
  readonly hubness: Evaluation["hubness"];
  /** Texts that were cut to the model's length. */
  readonly truncated: number;
  readonly failures: readonly ItemFailure[];
  /** In seconds. */
  readonly timing: { readonly encode: number; readonly evaluate: number };
}

/** A report, and the queries behind its figures. */
export interface DatasetEvaluation {
  readonly report: RetrievalReport;
  readonly queries: Evaluation["queries"];
  /** What the rows in `queries` stand for. */
  readonly images: readonly Item[];
  readonly texts: readonly Item[];
  /** The vectors that were compared, a row per item. */
  readonly embeddings: Pick<EncodedPairs, "image" | "text">;
}
