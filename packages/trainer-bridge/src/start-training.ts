import { join, resolve } from "node:path";
import {
  createEventQueue,
  type Dataset,
  type FileFitSpec,
  type FitResult,
  ModelError,
  type RunOptions,
  type TrainingEvent,
  type TrainingRun,
} from "@semblance/core";
import type { TrainerSettings } from "./config.ts";
import { findPython } from "./find-python.ts";
import { parseFitOptions } from "./fit-options.ts";
import { parseFitResult } from "./fit-result.ts";
import { bridgeLogOf, prepareJobFolder, writeJob } from "./job-folder.ts";
import { openWorkerBridge } from "./open-worker-bridge.ts";
import { protocolVersion } from "./python-bridge.ts";
import { leftAtOnce, runJob, type WorkerModule } from "./run-job.ts";
import { createStopRequest, type StopRequest } from "./stop-request.ts";
import { toProgress, toTrainingEvent } from "./training-event.ts";
import { writeDataset } from "./write-dataset.ts";

const heldEvents = 10_000;
const itemsPerReport = 1000;

/** Starts a fit at once; `worker` runs another Python module than our own. */
export function startTraining(
  spec: FileFitSpec,
  options: RunOptions,
  settings: TrainerSettings & { readonly worker?: WorkerModule },
): TrainingRun {
  const startedAt = Date.now() / 1000;
  const events = createEventQueue<TrainingEvent>(heldEvents);
  const stop = createStopRequest(options.signal);
  const report = (event: TrainingEvent) => {
    events.push(event);
    if (event.type === "progress") options.onProgress?.(toProgress(event));
  };
  const result = runFit({ spec, settings, startedAt, stop, report }).finally(() => {
    stop[Symbol.dispose]();
    events.end();
  });
  result.catch(() => undefined); // whoever awaits it hears of it; a reader of events alone need not
  return {
    result,
    cancel: stop.ask,
    [Symbol.asyncIterator]: () => events[Symbol.asyncIterator](),
  };
}

interface Fit {
  readonly spec: FileFitSpec;
  readonly settings: TrainerSettings & { readonly worker?: WorkerModule };
  /** Unix seconds. */
  readonly startedAt: number;
  readonly stop: StopRequest;
  readonly report: (event: TrainingEvent) => void;
}

async function runFit({ spec, settings, startedAt, stop, report }: Fit): Promise<FitResult> {
  const options = parseFitOptions(spec);
  const checkpoint = resolveStart(spec.checkpoint);
  const python = findPython(settings);
  const runFolder = resolve(spec.runFolder);
  const jobFolder = join(runFolder, "job");
  const pidFile = join(runFolder, "worker.pid");
  report({ type: "progress", stage: "starting Python", done: 0, unit: "steps" });
  await using bridge = await openWorkerBridge({
    python,
    logFile: bridgeLogOf(jobFolder),
    callTimeoutMs: settings.callTimeoutMs,
  });
  await bridge.call("claim", { pidFile }); // before anything of another fit could be touched
  await prepareJobFolder(jobFolder, { resume: options.resume });
  const train = await store(spec.train, join(jobFolder, "train"), report);
  const validation = await store(spec.validation, join(jobFolder, "validation"), report);
  const paths = { checkpoint, runFolder, train, validation };
  const config = { ...paths, startedAt, device: settings.device, ...options };
  await writeJob(jobFolder, { task: "fit", config }, protocolVersion);
  if (stop.level === "leave") throw leftAtOnce();
  const onEvent = (event: unknown) => report(toTrainingEvent(event));
  return parseFitResult(await runJob({ ...settings, bridge, jobFolder, pidFile, stop, onEvent }));
}

const recipe = "scratch:tiny";

/** A start that Python makes, or a folder. */
function resolveStart(checkpoint: string): string {
  if (checkpoint === recipe) return checkpoint;
  if (!checkpoint.startsWith("scratch:")) return resolve(checkpoint);
  throw new ModelError({
    code: "MODEL_NOT_FOUND",
    message: `There is no start called ${checkpoint}.`,
    fix: `Use ${recipe}, or the folder of a checkpoint.`,
  });
}

async function store(
  dataset: Dataset,
  folder: string,
  report: (event: TrainingEvent) => void,
): Promise<string> {
  const tell = (done: number) =>
    report({ type: "progress", stage: "listing items", done, unit: "items" });
  await writeDataset({
    dataset,
    folder,
    onItem: (done) => {
      if (done % itemsPerReport === 0) tell(done);
    },
    onUnknownItems: (count) =>
      report({
        type: "warning",
        code: "JUDGEMENTS_WITHOUT_ITEMS",
        message: `${count} judgements of "${dataset.name}" name an item that it does not hold; they were left out.`,
      }),
  });
  return folder;
}
