import type { Dataset } from "./dataset.ts";
import type { Embeddings } from "./embedding.ts";
import type { Scoring } from "./encoder.ts";
import type { ItemFailure } from "./item-failure.ts";
import type { Metrics } from "./metrics.ts";
import type { Progress } from "./progress.ts";
import type { RunOptions } from "./run-options.ts";

/** What every fit is told. */
export interface FitCommon {
  /** Where checkpoints, events and in the end the model go. */
  readonly runFolder: string;
  /** Seconds for loading, training, evaluation and choice; export follows. No limit when absent. */
  readonly timeLimit?: number;
  readonly seed: number;
  /** What is trained: `"full"`, … as the trainer names them. */
  readonly method?: string;
  readonly hyperparameters?: Readonly<Record<string, unknown>>;
  /**
   * When the trained weights replace the start: on a mean gain above 0, or only on one whose 95 %
   * interval lies above 0. @defaultValue `"mean"`
   */
  readonly neverWorse?: "mean" | "significant";
  /**
   * The measure by which weights are chosen and judged, over the queries of both directions: a name of
   * `eval --json` without the direction (`"hit@10"`, `"rsum"`, `"medr"`), or with it for that one alone
   * (`"t2i.ndcg@5"`). Without `@k` `mrr` has no cut, and others are the mean over 1, 5 and 10.
   * @defaultValue `"mrr"`, of little variance
   */
  readonly evalMetric?: string;
  /** Go on with an unfinished run in `runFolder`. */
  readonly resume?: boolean;
}

/** A fit that starts from a checkpoint and reads the images itself. */
export interface FileFitSpec extends FitCommon {
  /** A folder with `config.json` and `model.safetensors`, or a recipe for a start such as `scratch:tiny`. */
  readonly checkpoint: string;
  readonly train: Dataset;
  readonly validation: Dataset;
}

/** Encoded items and what belongs together, by row. */
export interface EncodedPairs {
  readonly image: Embeddings;
  readonly text: Embeddings;
  readonly judgements: readonly PairJudgement[];
}

/** That row `image` is relevant to row `text`. */
export interface PairJudgement {
  readonly text: number;
  readonly image: number;
  readonly relevance: number;
}

/** A fit on embeddings that were made before. */
export interface EmbeddingFitSpec extends FitCommon {
  readonly model: string;
  readonly train: EncodedPairs;
  readonly validation: EncodedPairs;
  readonly scoring: Scoring;
}

/** Fits a model (plugin); says whether it needs files or embeddings. */
export type Trainer =
  | { readonly needs: "files"; fit(spec: FileFitSpec, options?: RunOptions): TrainingRun }
  | {
      readonly needs: "embeddings";
      fit(spec: EmbeddingFitSpec, options?: RunOptions): TrainingRun;
    };

/**
 * A fit under way. It starts at once and waits for no reader of its events; errors surface in
 * `result` alone, which resolves after export.
 */
export interface TrainingRun extends AsyncIterable<TrainingEvent> {
  readonly result: Promise<FitResult>;
  /** Stops at the next step, then chooses and exports: `stopped` becomes `"aborted"`. */
  cancel(): void;
}

/** What happens during a fit. */
export type TrainingEvent =
  | {
      readonly type: "step";
      readonly step: number;
      /** `null` when it was not finite. */
      readonly loss: number | null;
      readonly learningRate: number;
      readonly imagesPerSecond: number;
      readonly secondsLeft?: number;
      /** Main memory of what trains, resident. */
      readonly memoryBytes?: number;
      /** Memory of the device that it trains on, where that is another. */
      readonly deviceMemoryBytes?: number;
    }
  | { readonly type: "evaluation"; readonly step: number; readonly metrics: Metrics }
  | ({ readonly type: "progress" } & Progress)
  | { readonly type: "warning"; readonly code: string; readonly message: string };

/** The comparison that decided whether the trained weights replace the start. */
export interface Judged {
  /** As in {@link FitCommon.evalMetric}. */
  readonly metric: string;
  /**
   * How much better the candidate is: the mean of candidate − start over the judging half's queries;
   * for `medr` the difference of their medians.
   */
  readonly gain: number;
  /** 95 % interval of the gain: paired, clustered by image. */
  readonly interval?: readonly [number, number];
  /**
   * Per query of the judging half, greater is better: in [0, 1], but for `rsum`, of which they are the
   * parts, and for ranks, which are negated.
   */
  readonly start: Float64Array;
  readonly candidate: Float64Array;
  /** The cluster of each query: queries that share an image or a text are not independent. */
  readonly groups: Uint32Array;
}

/** Weights that could have been kept. */
export interface FitCandidate {
  /** `"start"`, `"step 40"`, `"average of 3"`, `"alpha 0.25"`, … */
  readonly name: string;
  /** The metric on the choosing half, greater is better: ranks are negated. `null` when not finite. */
  readonly choosing: number | null;
}

/** What came of a fit. */
export interface FitResult {
  /**
   * Which weights were kept: `"start"` when training did not beat it, the `"best"` checkpoint, the
   * `"average"` of several, or what is `"interpolated"` between the start and one of these.
   */
  readonly kept: "start" | "best" | "average" | "interpolated";
  /** The weight of the trained side, in (0, 1), when `kept` is `"interpolated"`. */
  readonly alpha?: number;
  /** On the whole of validation. */
  readonly before: Metrics;
  readonly after: Metrics;
  readonly judged: Judged;
  /** Every candidate whose choosing half was measured, the start first. */
  readonly candidates?: readonly FitCandidate[];
  /** Updates made. */
  readonly steps: number;
  readonly stopped: "timeLimit" | "maxSteps" | "patience" | "nonFinite" | "aborted";
  /** In seconds. */
  readonly timing: { readonly fit: number; readonly export: number };
  readonly failures: readonly ItemFailure[];
  /** The folder of the exported model. */
  readonly model: string;
}
