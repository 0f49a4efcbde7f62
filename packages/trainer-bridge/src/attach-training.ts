import { devNull } from "node:os";
import type { Progress, TrainingRun } from "@semblance/core";
import { z } from "zod";
import { parseTrainerConfig, type TrainerConfig } from "./config.ts";
import { findPython } from "./find-python.ts";
import { parseFitResult } from "./fit-result.ts";
import { openWorkerBridge } from "./open-worker-bridge.ts";
import { parseReply } from "./parse-reply.ts";
import { filesOfRun } from "./prepare-fit.ts";
import { followJob } from "./run-job.ts";
import { toTrainingEvent } from "./training-event.ts";
import { createTrainingRun } from "./training-run.ts";

/** Options of {@link attachTraining}. */
export interface AttachTrainingOptions {
  /** The folder that was given to the fit. */
  readonly runFolder: string;
  /** Whose Python looks after the worker, and how often. */
  readonly trainer?: TrainerConfig;
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the following: `result` rejects with its reason, and the training goes on. */
  readonly signal?: AbortSignal;
}

const attachReply = z.object({ id: z.string(), pid: z.number().nullable() });

/**
 * Follows a training that somebody else started, from its first event on; any number may. `cancel`
 * means what it means to the one who started it. A training that has ended gives its result.
 *
 * `result` rejects with {@link TrainerError} `RUN_NOT_FOUND` where nothing was ever trained,
 * `WORKER_KILLED` when the training ended without a result, which can be resumed; else with the
 * training's own error.
 */
export function attachTraining(options: AttachTrainingOptions): TrainingRun {
  const { runFolder, trainer = {}, onProgress, signal } = options;
  const settings = parseTrainerConfig(trainer);
  return createTrainingRun(onProgress ? { onProgress } : {}, async ({ stop, report }) => {
    signal?.throwIfAborted();
    const { jobFolder, pidFile } = filesOfRun(runFolder);
    await using bridge = await openWorkerBridge({
      python: findPython(settings),
      logFile: devNull,
      callTimeoutMs: settings.callTimeoutMs,
    });
    const reply = await bridge.call("attach", { jobFolder, pidFile });
    const { id } = parseReply(attachReply, reply, "attach");
    const onEvent = (event: unknown) => report(toTrainingEvent(event));
    const following = signal ? { signal } : {};
    const job = { ...settings, ...following, bridge, jobFolder, id, stop, onEvent };
    return parseFitResult(await followJob(job));
  });
}
