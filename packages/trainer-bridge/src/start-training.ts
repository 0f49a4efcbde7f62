import type { FileFitSpec, RunOptions, TrainingRun } from "@semblance/core";
import type { TrainerSettings } from "./config.ts";
import { parseFitResult } from "./fit-result.ts";
import { withPreparedFit } from "./prepare-fit.ts";
import { leftAtOnce, runJob, type WorkerModule } from "./run-job.ts";
import { toTrainingEvent } from "./training-event.ts";
import { createTrainingRun } from "./training-run.ts";

/** Starts a fit at once; `worker` runs another Python module than our own. */
export function startTraining(
  spec: FileFitSpec,
  options: RunOptions,
  settings: TrainerSettings & { readonly worker?: WorkerModule },
): TrainingRun {
  return createTrainingRun(options, ({ stop, report }) =>
    withPreparedFit({ spec, settings, report }, async (prepared) => {
      if (stop.level === "leave") throw leftAtOnce();
      const onEvent = (event: unknown) => report(toTrainingEvent(event));
      return parseFitResult(await runJob({ ...settings, ...prepared, stop, onEvent }));
    }),
  );
}
