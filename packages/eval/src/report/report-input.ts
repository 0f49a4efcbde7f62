import type { Embeddings, Item, ItemFailure } from "@semblance/core";
import type { Calibration } from "../calibration/calibration.ts";
import type { Abstention } from "../calibration/decisions/abstention.ts";
import type { Direction, EvaluatedData, Evaluation, MetricValue } from "../retrieval/evaluation.ts";
import type { QueryColumns } from "../retrieval/query-columns.ts";

/** The figures of an evaluation and what they are about, as `semblance eval --json` has them. */
export interface ReportedFacts {
  readonly dataset: EvaluatedData;
  readonly model: {
    readonly name: string;
    readonly dtype: string | null;
    readonly sha256: string | null;
  };
  readonly protocol: {
    readonly ties: string;
    readonly similarity: "cosine" | "dot";
    readonly prompt: string | null;
    /** How many captions of each image count; all where it is absent. */
    readonly captionsPerImage?: number | null;
    /** Into how many parts of the images the ranking was put; one whole where it is absent. */
    readonly folds?: number | null;
  };
  readonly metrics: Readonly<Record<string, MetricValue>>;
  readonly ties: Evaluation["ties"];
  readonly withoutRelevant: Evaluation["withoutRelevant"];
  readonly hubness: Evaluation["hubness"];
  /** Texts that were cut to the model's length. */
  readonly truncated: number;
  readonly failures: readonly ItemFailure[];
}

/** What {@link renderReport} makes a page of. */
export interface ReportInput {
  readonly facts: ReportedFacts;
  /** Every query; its failure browser needs `topHits` of at least 10. */
  readonly queries: Readonly<Record<Direction, QueryColumns>>;
  /** What the rows stand for. */
  readonly images: readonly Item[];
  readonly texts: readonly Item[];
  /** Their vectors, a row per item: without them there is no matrix of examples. */
  readonly embeddings?: { readonly image: Embeddings; readonly text: Embeddings };
  /** A small picture of an image as a `data:` URI, or `undefined` where none can be made. */
  readonly thumbnail?: (image: Item) => Promise<string | undefined>;
  /** The model's calibration, where it has one that holds. */
  readonly calibration?: Calibration;
  /** The data that it was made with, in words. */
  readonly calibratedOn?: string;
  /** When a search says "no good match", by what asks and what answers; with `calibration`. */
  readonly abstention?: Readonly<Record<Direction, Abstention>>;
  /** Why there is no calibration to show, in sentences. @defaultValue the model has none */
  readonly calibrationWarning?: string;
  /** What it takes to run the evaluation again; must survive `JSON.stringify`. */
  readonly manifest?: object;
  readonly limits?: ReportLimits;
  /** Aborts the making of thumbnails, which takes longest. */
  readonly signal?: AbortSignal;
}

/** How much a report holds: they bound the size of its file. */
export interface ReportLimits {
  /** Queries in the failure browser, per direction. @defaultValue 100 */
  readonly queries?: number;
  /** Characters of `data:` URIs in all. @defaultValue 3,500,000 */
  readonly thumbnails?: number;
}
