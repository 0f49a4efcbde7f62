import { resolve } from "node:path";
import {
  type FitCommon,
  type ItemFailure,
  type OpenedModel,
  withoutUndefined,
} from "@semblance/core";
import { type FitSummary, fitModel } from "@semblance/matcher";
import { createTrainer } from "@semblance/trainer-bridge";
import type { Command } from "commander";
import { locateCheckpoint } from "../locate-model.ts";
import {
  addDataOptions,
  addOfflineOption,
  addOutputOptions,
  type OfflineOptions,
  parseDuration,
  parseJsonObject,
  parsePositive,
  parseTrainingDevice,
  type SeedOptions,
} from "./common-options.ts";
import { formatFit } from "./format-fit.ts";
import { parseHyperparameters } from "./parse-hyperparameters.ts";
import { requireRoomForRun } from "./run-folder.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "./run-verb.ts";
import { openTrainingData, type TrainingDataOptions, unusedRows } from "./training-data.ts";
import { createTrainingDisplay } from "./training-display.ts";
import { forCommand } from "./training-failure.ts";

interface TrainOptions extends SeedOptions, OfflineOptions, TrainingDataOptions {
  readonly model: string;
  readonly timeLimit?: number;
  readonly method?: string;
  readonly hyperparameters?: Record<string, unknown>;
  readonly batchSize?: number;
  readonly resume?: boolean;
  readonly overwrite?: boolean;
  readonly device?: "auto" | "cpu" | "cuda" | "mps";
  readonly python?: string;
  readonly output: string;
}

/** `semblance train`: fine-tune, choose, export. */
export function addTrainVerb(program: Command, context: VerbContext): void {
  const verb = program
    .command("train")
    .description(
      "fine-tune on pairs within a time limit, never ending up worse, and export to ONNX",
    )
    .requiredOption("-m, --model <model>", "a checkpoint folder, a hub id, a RUN, or scratch:tiny")
    .requiredOption("-d, --data <table>", "pairs to train on")
    .option(
      "--val <table>",
      "pairs to validate on (default: the table's split, else a share of it)",
    )
    .option("--time-limit <duration>", "for training and choice: 180s, 3m, 1h", parseDuration)
    .option("--method <method>", "what is trained: full")
    .option("--hyperparameters <json>", '{"learningRate": 1e-5, …}', parseJsonObject)
    .option("--batch-size <number>", "images per step", parsePositive)
    .option("--resume", "go on with the run in --output")
    .option("--overwrite", "replace the run in --output")
    .option("--device <device>", "auto, cpu, cuda or mps", parseTrainingDevice)
    .option("--python <path>", "the Python to use")
    .requiredOption("-o, --output <run>", "the run folder, in the end a model folder");
  addOfflineOption(addDataOptions(addOutputOptions(verb)));
  verb.action((options: TrainOptions) =>
    runVerb(context, options, (tools) => runTrain(options, tools)),
  );
}

async function runTrain(options: TrainOptions, tools: VerbTools): Promise<VerbResult> {
  const { python, device, seed, timeLimit, method, resume, batchSize, output } = options;
  const hyperparameters = parseHyperparameters(
    withoutUndefined({ batchSize, ...options.hyperparameters }),
  );
  const start = await openStart(options, tools);
  const data = await openTrainingData(options);
  await requireRoomForRun(options);
  const common: FitCommon = withoutUndefined({
    runFolder: resolve(output),
    seed,
    timeLimit,
    method,
    hyperparameters,
    resume,
  });
  const summary = await fitModel({
    trainer: createTrainer(withoutUndefined({ python, device })),
    start,
    ...data,
    common,
    signal: tools.signal,
    onEvent: createTrainingDisplay(tools),
  }).catch((error: unknown) => {
    throw forCommand(error, "Type the same command with --resume to go on from where it stood.");
  });
  return toResult(summary, unusedRows(data));
}

// A recipe such as scratch:tiny is made by the trainer; anything else must have weights.
async function openStart(
  { model, offline }: TrainOptions,
  { onProgress, signal }: VerbTools,
): Promise<Pick<OpenedModel, "checkpoint">> {
  if (model.startsWith("scratch:")) return { checkpoint: model };
  return { checkpoint: await locateCheckpoint(model, { hub: { offline }, onProgress, signal }) };
}

function toResult(summary: FitSummary, rows: readonly ItemFailure[]): VerbResult {
  const { kept, before, after, steps, stopped, timing, model, gain } = summary;
  const failures = [...rows, ...summary.failures];
  return {
    document: { fit: { kept, before, after, steps, stopped, gain }, timing, failures, model },
    text: formatFit(summary),
    failures,
  };
}
