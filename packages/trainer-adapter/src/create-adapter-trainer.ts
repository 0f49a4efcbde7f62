import {
  createEventQueue,
  type EmbeddingFitSpec,
  type FitResult,
  type RunOptions,
  type Trainer,
  type TrainingEvent,
  type TrainingRun,
} from "@semblance/core";
import {
  type AdapterConfig,
  type AdapterHyperparameters,
  parseAdapterConfig,
  parseFitOptions,
} from "./hyperparameters.ts";
import { createPace, type Pace } from "./pace.ts";
import { requirePairs } from "./require-pairs.ts";
import { runFit } from "./run-fit.ts";
import { prepareRunFolder } from "./run-folder.ts";
import { writeRun } from "./write-run.ts";

/** A trainer that fits on embeddings. */
export type EmbeddingTrainer = Extract<Trainer, { readonly needs: "embeddings" }>;

const heldEvents = 10_000;

/**
 * Makes a trainer that puts a linear head behind a model's text tower, image tower, or both, from
 * embeddings alone: in this process, in seconds, without Python.
 *
 * `fit` starts at once and waits for no reader: the newest 10,000 events wait until they are read, and
 * several readers share them. Errors surface in `result` alone. An abort, or `cancel()`, stops at the next
 * step; the best head so far is judged and written, and `stopped` is `"aborted"`. A fit is short and the
 * same for the same seed, so `resume` begins it anew.
 *
 * `result` rejects with {@link ConfigError} `CONFIG_INVALID`; {@link ModelError} `NOT_A_MODEL`; or
 * {@link TrainerError} `DATASET_EMPTY`, `EMBEDDINGS_INVALID`, `TIME_LIMIT_TOO_SHORT`, `OUTPUT_OCCUPIED`,
 * `DISK_FULL`, `EXPORT_FAILED`.
 *
 * @param config - Hyperparameters that a fit's own take precedence over.
 * @throws {@link ConfigError} `CONFIG_INVALID` when `config` does not fit.
 */
export function createAdapterTrainer(config: AdapterConfig = {}): EmbeddingTrainer {
  const defaults = parseAdapterConfig(config);
  return {
    needs: "embeddings",
    fit: (spec, options = {}) => startFit(spec, options, defaults),
  };
}

function startFit(
  spec: EmbeddingFitSpec,
  { signal, onProgress }: RunOptions,
  defaults: AdapterHyperparameters,
): TrainingRun {
  const events = createEventQueue<TrainingEvent>(heldEvents);
  let isCancelled = false;
  const pace = createPace({
    timeLimit: spec.timeLimit,
    isCancelled: () => isCancelled || signal?.aborted === true,
  });
  const report = (event: TrainingEvent) => {
    events.push(event);
    if (event.type !== "progress") return;
    const { type: _, ...progress } = event;
    onProgress?.(progress);
  };
  const result = fitAndWrite({ spec, defaults, pace, report }).finally(events.end);
  result.catch(() => undefined); // whoever awaits it hears of it; a reader of events alone need not
  return {
    result,
    cancel: () => {
      isCancelled = true;
    },
    [Symbol.asyncIterator]: () => events[Symbol.asyncIterator](),
  };
}

interface StartedFit {
  readonly spec: EmbeddingFitSpec;
  readonly defaults: AdapterHyperparameters;
  readonly pace: Pace;
  readonly report: (event: TrainingEvent) => void;
}

async function fitAndWrite({ spec, defaults, pace, report }: StartedFit): Promise<FitResult> {
  const options = parseFitOptions(spec, defaults);
  requirePairs(spec);
  const { runFolder, base } = await prepareRunFolder(spec, options);
  const outcome = await runFit({ spec, options, pace, report });
  const fitSeconds = pace.elapsed();
  report({ type: "progress", stage: "writing the model", done: 0, total: 1, unit: "models" });
  await writeRun({ spec, options, outcome, fitSeconds, runFolder, base });
  report({ type: "progress", stage: "writing the model", done: 1, total: 1, unit: "models" });
  const { head: _, ...rest } = outcome;
  const timing = { fit: fitSeconds, export: pace.elapsed() - fitSeconds };
  return { ...rest, timing, failures: [], model: runFolder };
}
