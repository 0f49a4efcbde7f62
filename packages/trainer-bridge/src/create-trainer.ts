import type { Trainer } from "@semblance/core";
import { parseTrainerConfig, type TrainerConfig } from "./config.ts";
import { startTraining } from "./start-training.ts";

/** A trainer that reads image files itself. */
export type FileTrainer = Extract<Trainer, { readonly needs: "files" }>;

/**
 * Makes a trainer that fits both towers of a CLIP or SigLIP in PyTorch, in a process of its own.
 *
 * `fit` starts at once and waits for no reader: the newest 10,000 events wait until they are read,
 * and several readers share them. Errors surface in `result` alone. An abort, or `cancel()`, stops
 * at the next step; the best weights so far are chosen and exported, and `stopped` is `"aborted"`.
 * A second one (`cancel()` again) leaves at once: `result` rejects with `ABORTED`, and the run can
 * be resumed.
 *
 * `result` rejects with {@link TrainerError}, codes: `PYTHON_NOT_FOUND`, `PLATFORM_UNSUPPORTED`,
 * `CONFIG`, `NOT_A_CHECKPOINT`, `DATASET_EMPTY`, `TIME_LIMIT_TOO_SHORT`, `NON_FINITE_START`,
 * `TRAINING_FAILED`, `EXPORT_FAILED`, `OUT_OF_MEMORY`, `DISK_FULL`, `JOB_RUNNING`, `WORKER_KILLED`,
 * `PYTHON_DIED`, `PYTHON_ERROR`, `TIMEOUT`, `PROTOCOL`, `ABORTED`; or with {@link ConfigError}
 * `CONFIG_INVALID`.
 *
 * @throws {@link ConfigError} `CONFIG_INVALID` when `config` does not fit.
 */
export function createTrainer(config: TrainerConfig = {}): FileTrainer {
  const settings = parseTrainerConfig(config);
  return {
    needs: "files",
    fit: (spec, options = {}) => startTraining(spec, options, settings),
  };
}
