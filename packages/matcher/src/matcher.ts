import type {
  EncodedBatch,
  FitResult,
  Hit,
  OpenedModel,
  RunOptions,
  TrainingEvent,
} from "@semblance/core";
import type { MatcherSettings } from "./config.ts";
import type { IdMappings } from "./data/id-mappings.ts";
import type { MatcherData } from "./data/matcher-data.ts";
import type { RetrievalReport } from "./evaluation/retrieval-report.ts";
import type {
  CalibrateOptions,
  CalibrationReport,
  CalibrationSettings,
} from "./probability/calibrate-options.ts";
import type { ModelCalibration } from "./probability/model-calibration.ts";
import type {
  Predictions,
  PredictOptions,
  ProbabilityPredictions,
} from "./probability/prediction.ts";

/**
 * Matches images and texts: measures a model, fine-tunes it, embeds with it.
 *
 * Follows AutoGluon's `MultiModalPredictor(problem_type="image_text_similarity")` in names and meaning.
 */
export interface Matcher extends AsyncDisposable {
  readonly settings: MatcherSettings;
  /** The model in use; another one after a fit that found a better one. */
  readonly model: OpenedModel;
  /** What the model's similarities mean, where that was learnt; used while it fits the model. */
  readonly calibration: ModelCalibration | undefined;
  /** Measures retrieval both ways. */
  evaluate(options: EvaluateOptions): Promise<MatcherEvaluation>;
  /** Fine-tunes on pairs; the model never gets worse on the judging half of validation. */
  fit(options: FitOptions): Promise<FitSummary>;
  /** Vectors of one column's cells, in order. */
  extractEmbedding(data: MatcherData, options?: ExtractOptions): Promise<EncodedBatch>;
  /** Whether each pair is a match. */
  predict(data: MatcherData, options?: PredictOptions): Promise<Predictions>;
  /** How likely each pair is a match. */
  predictProba(data: MatcherData, options?: PredictOptions): Promise<ProbabilityPredictions>;
  /**
   * Learns from validation pairs what the model's similarities mean, and goes on with that; `save`
   * keeps it with the model.
   */
  calibrate(options: CalibrateOptions): Promise<CalibrationReport>;
  /** Writes the model, the settings and the calibration, for {@link loadMatcher}. */
  save(folder: string): Promise<void>;
}

/** Options of {@link Matcher.evaluate}. */
export interface EvaluateOptions extends RunOptions {
  /** Pairs: which query belongs to which response, with the label column's relevance. */
  readonly data: MatcherData;
  /** All queries, where they are more or fewer than those in `data`. */
  readonly queryData?: MatcherData;
  /** All responses to choose from, where they are more or fewer than those in `data`. */
  readonly responseData?: MatcherData;
  /** The relevance column, where it is another one than the matcher's. */
  readonly label?: string;
  /** What ids stand for, where the data holds ids in the place of contents. */
  readonly idMappings?: IdMappings;
  /**
   * Which metrics the result lists: `"recall"`, `"ndcg@5"`, `"t2i.hit@1"`, one or several.
   * @defaultValue all
   */
  readonly metrics?: string | readonly string[];
  /** @defaultValue `[1, 5, 10]` */
  readonly cutoffs?: readonly number[];
  /** @defaultValue `"cosine"` */
  readonly similarityType?: "cosine" | "dot";
  /** Whether to bootstrap 95 % intervals. @defaultValue true */
  readonly confidence?: boolean;
}

/** What {@link Matcher.evaluate} found. */
export interface MatcherEvaluation extends RetrievalReport {
  /** The mean of `evalMetric` over cut-offs and both directions, in [0, 1]. */
  readonly score: number;
}

/** Options of {@link Matcher.fit}. */
export interface FitOptions extends RunOptions {
  readonly trainData: MatcherData;
  /** What ids stand for, where the data holds ids in the place of contents. */
  readonly idMappings?: IdMappings;
  /** Validation pairs. @defaultValue a share of `trainData`, split by image */
  readonly tuningData?: MatcherData;
  /** The share of `trainData` that becomes validation, in (0, 1). @defaultValue by size, 0.01 to 0.2 */
  readonly holdoutFrac?: number;
  /** Seconds for loading, training, evaluation and choice; export follows. */
  readonly timeLimit?: number;
  /** Where the run and in the end the model go. @defaultValue `"runs/<date and time>"` */
  readonly runFolder?: string;
  readonly method?: string;
  readonly hyperparameters?: Readonly<Record<string, unknown>>;
  /** @defaultValue `"mean"` */
  readonly neverWorse?: "mean" | "significant";
  /**
   * By which weights are chosen and judged: `"mrr"`, `"hit@10"`, `"t2i.ndcg@5"`, `"rsum"`, …
   * @defaultValue the `evalMetric` that `createMatcher` was given, else `"mrr"`
   */
  readonly evalMetric?: string;
  readonly resume?: boolean;
  /**
   * Whether to calibrate the result on the validation pairs, after the time limit. Where they do not
   * support it, there is a warning among the events. @defaultValue false
   */
  readonly calibrate?: boolean | CalibrationSettings;
  /** Called for every event of the training. */
  readonly onEvent?: (event: TrainingEvent) => void;
}

/** What came of {@link Matcher.fit}. */
export interface FitSummary extends FitResult {
  /** The judged gain with its paired 95 % interval; no interval when nothing could be judged. */
  readonly gain: { readonly value: number; readonly interval?: readonly [number, number] };
}

/** Options of {@link Matcher.extractEmbedding}. */
export interface ExtractOptions extends RunOptions {
  /** Which column, when the data has both. */
  readonly signature?: "query" | "response";
  /** What ids stand for, where the data holds ids in the place of contents. */
  readonly idMappings?: IdMappings;
  /** What an item that cannot be encoded does. @defaultValue `"throw"` */
  readonly onError?: "throw" | "skip";
}

/** A hit with its place in the data searched. */
export interface SearchHit extends Hit {
  /** Row in `responseData` or `responseEmbeddings`, from 0. */
  readonly row: number;
}
