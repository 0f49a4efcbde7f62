/** What a system in a process of its own is to train. */
export interface TrainingJob {
  /** A checkpoint folder in the Hugging Face layout. */
  readonly checkpoint: string;
  /** A table of pairs, `image` (an absolute path) and `caption`. */
  readonly train: string;
  readonly validation: string;
  /** Images a step. */
  readonly batchSize: number;
  /** Updates to make; a system may make more. */
  readonly steps: number;
  /** How many of them come before the clock starts. */
  readonly warmUp: number;
  readonly seed: number;
  readonly threads: number;
  /** Processes that read data beside the training, where a system has such. */
  readonly workers: number;
  /** An empty folder. */
  readonly output: string;
}

/** A job before it is known where its files go. */
export type TrainingWork = Omit<TrainingJob, "output" | "threads" | "workers">;
