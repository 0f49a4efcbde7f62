import { resolve } from "node:path";
import {
  type Dataset,
  DatasetError,
  type FitCommon,
  type OpenedModel,
  withoutUndefined,
} from "@semblance/core";
import { openDataset, selectSplit } from "@semblance/data";
import { type FitSummary, fitModel, holdOut, type TrainAndValidation } from "@semblance/matcher";
import { createTrainer } from "@semblance/trainer-bridge";
import type { Command } from "commander";
import { inspectCheckpoint } from "../model-folder.ts";
import {
  addDataOptions,
  addOutputOptions,
  type DataOptions,
  parseDuration,
  parseJsonObject,
  parsePositive,
  type SeedOptions,
} from "./common-options.ts";
import { formatFit } from "./format-fit.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "./run-verb.ts";
import { createTrainingDisplay } from "./training-display.ts";

interface TrainOptions extends SeedOptions, DataOptions {
  readonly model: string;
  readonly data: string;
  readonly val?: string;
  readonly timeLimit?: number;
  readonly method?: string;
  readonly hyperparameters?: Record<string, unknown>;
  readonly batchSize?: number;
  readonly resume?: boolean;
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
    .requiredOption("-m, --model <model>", "a checkpoint folder, a RUN, or scratch:tiny")
    .requiredOption("-d, --data <table>", "pairs to train on")
    .option(
      "--val <table>",
      "pairs to validate on (default: the table's split, else a share of it)",
    )
    .option("--time-limit <duration>", "for training and choice: 180s, 3m, 1h", parseDuration)
    .option("--method <method>", "what is trained: full")
    .option("--hyperparameters <json>", '{"learningRate": 1e-5, …}', parseJsonObject)
    .option("--batch-size <number>", "images per step", parsePositive)
    .option("--resume", "go on with the unfinished run in --output")
    .option("--device <device>", "auto, cpu, cuda or mps")
    .option("--python <path>", "the Python to use")
    .requiredOption("-o, --output <run>", "the run folder, in the end a model folder");
  addDataOptions(addOutputOptions(verb));
  verb.action((options: TrainOptions) =>
    runVerb(context, options, (tools) => runTrain(options, tools)),
  );
}

async function runTrain(options: TrainOptions, tools: VerbTools): Promise<VerbResult> {
  const { python, device, seed, timeLimit, method, resume, batchSize } = options;
  const start = await openStart(options.model);
  const { train, validation } = await openTrainingData(options);
  const hyperparameters = withoutUndefined({ batchSize, ...options.hyperparameters });
  const common: FitCommon = withoutUndefined({
    runFolder: resolve(options.output),
    seed,
    timeLimit,
    method,
    hyperparameters,
    resume,
  });
  const display = createTrainingDisplay(tools);
  const summary = await fitModel({
    trainer: createTrainer(withoutUndefined({ python, device })),
    start,
    train,
    validation,
    common,
    signal: tools.signal,
    onEvent: display,
  });
  return toResult(summary, [...train.failures, ...validation.failures]);
}

// A recipe such as scratch:tiny is made by the trainer; anything else must be a folder with weights.
async function openStart(model: string): Promise<Pick<OpenedModel, "checkpoint">> {
  const isRecipe = model.startsWith("scratch:");
  return { checkpoint: isRecipe ? model : await inspectCheckpoint(model) };
}

const validationNames = ["val", "validation", "dev", "valid"];

async function openTrainingData(options: TrainOptions): Promise<TrainAndValidation> {
  const { columns, baseFolder, seed } = options;
  const readOptions = withoutUndefined({ columns, baseFolder });
  const data = await openDataset(options.data, readOptions);
  const train = data.splits.includes("train") ? selectSplit(data, "train") : data;
  if (options.val !== undefined) {
    const validation = await openDataset(options.val, readOptions);
    return { train, validation: validationPart(validation) ?? validation };
  }
  const validation = validationPart(data);
  if (validation) return { train, validation };
  if (data.splits.length > 0 && train === data) throw noTrainSplit(options.data, data);
  return holdOut(train, seed);
}

function validationPart(dataset: Dataset): Dataset | undefined {
  const name = validationNames.find((candidate) => dataset.splits.includes(candidate));
  return name === undefined ? undefined : selectSplit(dataset, name);
}

function noTrainSplit(file: string, dataset: Dataset): DatasetError {
  return new DatasetError({
    code: "SPLIT_NOT_FOUND",
    message: `${file} has the splits ${dataset.splits.join(", ")}, and none is called train.`,
    fix: "Name the split to train on train and the one to validate on val.",
    position: { file },
  });
}

function toResult(summary: FitSummary, unreadRows: Dataset["failures"]): VerbResult {
  const { kept, before, after, steps, stopped, timing, model, gain } = summary;
  const failures = [...unreadRows, ...summary.failures];
  return {
    document: { fit: { kept, before, after, steps, stopped, gain }, timing, failures, model },
    text: formatFit(summary),
    failures,
  };
}
