import {
  type Dataset,
  type FitCommon,
  type FitResult,
  type ItemFailure,
  ModelError,
  type OpenedModel,
  type RunOptions,
  type Trainer,
  type TrainingEvent,
  type TrainingRun,
  withoutUndefined,
} from "@semblance/core";
import { selectSplit, splitDataset } from "@semblance/data";
import { pairedInterval } from "@semblance/eval";
import type { FitSummary } from "../matcher.ts";
import { copyWeights } from "../storage/save-matcher.ts";
import { encodeForFit } from "./encode-for-fit.ts";

/** Options of {@link fitModel}. */
export interface FitModelOptions extends RunOptions {
  readonly trainer: Trainer;
  /** The model to start from; for a trainer that reads files it must have a checkpoint. */
  readonly start: Pick<OpenedModel, "checkpoint"> & Partial<OpenedModel>;
  readonly train: Dataset;
  readonly validation: Dataset;
  readonly common: FitCommon;
  readonly onEvent?: (event: TrainingEvent) => void;
}

/**
 * Runs a trainer to its end and adds the gain's interval to its result.
 *
 * @throws {@link ModelError} with code `NO_CHECKPOINT` when the start has no weights to train,
 * {@link TrainerError} with code `TIME_LIMIT_TOO_SHORT` when encoding takes longer than that.
 */
export async function fitModel(options: FitModelOptions): Promise<FitSummary> {
  const { run, failures, seconds } = await startRun(options);
  try {
    const [result] = await Promise.all([run.result, forwardEvents(run, options.onEvent)]);
    await keepTrainable(options, result.model);
    return {
      ...result,
      failures: [...failures, ...result.failures],
      timing: { ...result.timing, fit: seconds + result.timing.fit },
      gain: gainOf(result, options.common.seed),
    };
  } catch (error) {
    run.cancel(); // a reader of events that throws must not leave the training to itself
    throw error;
  }
}

// A trainer on embeddings copies the folder that they are of; weights that lie elsewhere are not in it.
async function keepTrainable({ trainer, start }: FitModelOptions, model: string): Promise<void> {
  if (trainer.needs === "files" || start.checkpoint === start.folder) return;
  await copyWeights(start, model);
}

/** A fit under way, with what it took to get there. */
interface StartedRun {
  readonly run: TrainingRun;
  /** Items that could not be encoded. */
  readonly failures: readonly ItemFailure[];
  readonly seconds: number;
}

async function startRun(options: FitModelOptions): Promise<StartedRun> {
  const { trainer, start, train, validation, common, signal, onProgress } = options;
  const runOptions = withoutUndefined({ signal, onProgress });
  if (trainer.needs === "files") {
    const checkpoint = start.checkpoint ?? (await start.openCheckpoint?.(runOptions));
    if (checkpoint === undefined) return noCheckpoint(start.folder);
    const run = trainer.fit({ ...common, checkpoint, train, validation }, runOptions);
    return { run, failures: [], seconds: 0 };
  }
  const { encoder, folder } = start;
  if (!encoder || !folder) return noFolder();
  const { timeLimit, ...rest } = common;
  const encoded = await encodeForFit({ encoder, train, validation, timeLimit, ...runOptions });
  const { failures, seconds, ...pairs } = encoded;
  const left = timeLimit === undefined ? undefined : timeLimit - seconds;
  const spec = { ...rest, ...pairs, model: folder, scoring: encoder.scoring };
  return {
    run: trainer.fit(withoutUndefined({ ...spec, timeLimit: left }), runOptions),
    failures,
    seconds,
  };
}

function noFolder(): never {
  throw new ModelError({
    code: "NO_CHECKPOINT",
    message:
      "The encoder was given as an object, so there are no files to put what is fitted beside.",
    fix: "Make the matcher with model: …, a folder or name that a provider opens.",
  });
}

function noCheckpoint(folder: string | undefined): never {
  throw new ModelError({
    code: "NO_CHECKPOINT",
    message: `${folder || "The model"} has no weights to train: there is no model.safetensors.`,
    fix: "Start from a Hugging Face checkpoint folder, or from a RUN that semblance train made.",
  });
}

async function forwardEvents(
  run: TrainingRun,
  onEvent?: (event: TrainingEvent) => void,
): Promise<void> {
  if (!onEvent) return;
  for await (const event of run) onEvent(event);
}

function gainOf(result: FitResult, seed: number): FitSummary["gain"] {
  const { gain, interval, start, candidate, groups } = result.judged;
  const own = interval ?? pairedInterval({ start, candidate, groups, seed });
  return withoutUndefined({ value: gain, interval: own });
}

/** Training data in two. */
export interface TrainAndValidation {
  readonly train: Dataset;
  readonly validation: Dataset;
}

/**
 * Takes validation out of the training data, by image, so that no image and no caption is in both.
 *
 * @param fraction - Share of the images, in (0, 1). By default AutoGluon's rule for its holdout: for
 * fewer than 5,000 images 500 of them, within 10 to 20 %; for more 2,500, within 1 to 10 %.
 * @throws {@link DatasetError} with code `SPLIT_EMPTY` when there are too few images for two splits.
 * @see https://github.com/autogluon/autogluon/blob/master/core/src/autogluon/core/utils/utils.py (`default_holdout_frac`)
 */
export async function holdOut(
  dataset: Dataset,
  seed: number,
  fraction?: number,
): Promise<TrainAndValidation> {
  if (fraction !== undefined && !(fraction > 0 && fraction < 1)) {
    throw new RangeError(`holdoutFrac lies between 0 and 1, found ${fraction}.`);
  }
  const share = fraction ?? defaultHoldoutFraction(await countImages(dataset));
  const { dataset: split } = await splitDataset(dataset, {
    fractions: { train: 1 - share, validation: share },
    seed,
  });
  return { train: selectSplit(split, "train"), validation: selectSplit(split, "validation") };
}

function defaultHoldoutFraction(images: number): number {
  if (images < 5000) return Math.max(0.1, Math.min(0.2, 500 / images));
  return Math.max(0.01, Math.min(0.1, 2500 / images));
}

async function countImages(dataset: Dataset): Promise<number> {
  let count = 0;
  for await (const _ of dataset.items("image")) count++;
  return count;
}
