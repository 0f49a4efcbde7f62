import type { FileFitSpec, Progress } from "@semblance/core";
import { parseTrainerConfig, type TrainerConfig, type TrainerSettings } from "./config.ts";
import { type Fit, withPreparedFit } from "./prepare-fit.ts";
import { startJob, type WorkerModule } from "./run-job.ts";
import { orDiskFull } from "./trainer-failure.ts";
import { toProgress } from "./training-event.ts";

/** Options of {@link launchTraining}. */
export interface LaunchTrainingOptions extends FileFitSpec {
  /** @defaultValue that of `createTrainer`; the training is always detached */
  readonly trainer?: TrainerConfig;
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the preparation; a training that has been started goes on. */
  readonly signal?: AbortSignal;
}

/** A training that needs nobody: follow it with `attachTraining`. */
export interface LaunchedTraining {
  readonly runFolder: string;
  /** The process that trains. */
  readonly pid: number;
}

/**
 * Starts a fit and leaves it to itself: it goes on when this process ends.
 *
 * @throws what `createTrainer`'s fit rejects with before it trains; the signal's reason.
 */
export async function launchTraining(options: LaunchTrainingOptions): Promise<LaunchedTraining> {
  const { trainer = {}, ...others } = options;
  return await launch(others, parseTrainerConfig(trainer));
}

/** As {@link launchTraining}; `worker` runs another Python module than our own. */
export async function launch(
  { onProgress, signal, ...spec }: Omit<LaunchTrainingOptions, "trainer">,
  settings: TrainerSettings & { readonly worker?: WorkerModule },
): Promise<LaunchedTraining> {
  signal?.throwIfAborted();
  const report: Fit["report"] = (event) => {
    signal?.throwIfAborted();
    if (event.type === "progress") onProgress?.(toProgress(event));
  };
  return await withPreparedFit({ spec, settings, report }, async (prepared) => {
    signal?.throwIfAborted();
    const { pid } = await startJob({ ...settings, ...prepared, detached: true });
    return { runFolder: spec.runFolder, pid };
  }).catch((error: unknown) => {
    throw orDiskFull(error);
  });
}
