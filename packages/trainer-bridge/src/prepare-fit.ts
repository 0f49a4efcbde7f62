import { join, resolve } from "node:path";
import { type Dataset, type FileFitSpec, ModelError, type TrainingEvent } from "@semblance/core";
import type { TrainerSettings } from "./config.ts";
import { findPython } from "./find-python.ts";
import { parseFitOptions } from "./fit-options.ts";
import { bridgeLogOf, prepareJobFolder, writeJob } from "./job-folder.ts";
import { openWorkerBridge } from "./open-worker-bridge.ts";
import { type PythonBridge, protocolVersion } from "./python-bridge.ts";
import { writeDataset } from "./write-dataset.ts";

const itemsPerReport = 1000;

/** What a fit is asked, and by whom it is heard. */
export interface Fit {
  readonly spec: FileFitSpec;
  readonly settings: TrainerSettings;
  readonly report: (event: TrainingEvent) => void;
}

/** A run folder that is taken, with everything in it that a worker needs. */
export interface PreparedFit {
  readonly bridge: PythonBridge;
  readonly jobFolder: string;
  /** The lock of the run: names the worker while it lives. */
  readonly pidFile: string;
}

/** The job folder of a run, and the lock that names its worker. */
export function filesOfRun(runFolder: string): Pick<PreparedFit, "jobFolder" | "pidFile"> {
  const folder = resolve(runFolder);
  return { jobFolder: join(folder, "job"), pidFile: join(folder, "worker.pid") };
}

/** Takes the run folder, writes the job into it, and calls `action`; the clock starts at once. */
export async function withPreparedFit<T>(
  { spec, settings, report }: Fit,
  action: (prepared: PreparedFit) => Promise<T>,
): Promise<T> {
  const startedAt = Date.now() / 1000;
  const options = parseFitOptions(spec);
  const checkpoint = resolveStart(spec.checkpoint);
  const python = findPython(settings);
  const runFolder = resolve(spec.runFolder);
  const { jobFolder, pidFile } = filesOfRun(runFolder);
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
  const hashes = { train: spec.train.hash, validation: spec.validation.hash };
  const { device, processes, nodes, rendezvous = null } = settings;
  const place = { device, processes, nodes, rendezvous };
  const config = { ...paths, hashes, startedAt, ...place, ...options };
  await writeJob(jobFolder, { task: "fit", config }, protocolVersion);
  return await action({ bridge, jobFolder, pidFile });
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
