import { resolve } from "node:path";
import { type FileFitSpec, type FitCommon, withoutUndefined } from "@semblance/core";
import { fitModel } from "@semblance/matcher";
import {
  createTrainer,
  launchTraining,
  type PresetName,
  presets,
  type TrainerConfig,
} from "@semblance/trainer-bridge";
import { type Command, Option } from "commander";
import { locateCheckpoint } from "../../locate-model.ts";
import { shellWord } from "../../shell-word.ts";
import {
  addDataOptions,
  addOfflineOption,
  addOutputOptions,
  addReaderOption,
  type OfflineOptions,
  parseDuration,
  parseJsonObject,
  parsePositive,
  parseTrainingDevice,
  type SeedOptions,
} from "../common-options.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "../run-verb.ts";
import { toFitResult } from "./fit-document.ts";
import { parseHyperparameters } from "./parse-hyperparameters.ts";
import { requireRoomForRun } from "./run-folder.ts";
import { trainAdapter } from "./train-adapter.ts";
import { openTrainingData, type TrainingDataOptions, unusedRows } from "./training-data.ts";
import { createTrainingDisplay } from "./training-display.ts";
import { forCommand } from "./training-failure.ts";

interface TrainOptions extends SeedOptions, OfflineOptions, TrainingDataOptions {
  /** Without one it is the preset's. */
  readonly model: string;
  readonly preset?: PresetName;
  readonly timeLimit?: number;
  readonly method?: string;
  readonly metric?: string;
  readonly hyperparameters?: Record<string, unknown>;
  readonly batchSize?: number;
  readonly resume?: boolean;
  readonly overwrite?: boolean;
  readonly detach?: boolean;
  readonly cache?: string;
  readonly device?: "auto" | "cpu" | "cuda" | "mps";
  readonly processes?: number;
  readonly nodes?: number;
  readonly rendezvous?: string;
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
    .option("-m, --model <model>", "a checkpoint folder, a hub id, a RUN, or scratch:tiny")
    .addOption(
      new Option("--preset <preset>", "a model to start from and its settings").choices(
        Object.keys(presets),
      ),
    )
    .requiredOption("-d, --data <table>", "pairs to train on")
    .option(
      "--val <table>",
      "pairs to validate on (default: the table's split, else a share of it)",
    )
    .option("--time-limit <duration>", "for training and choice: 180s, 3m, 1h", parseDuration)
    .option(
      "--method <method>",
      "what is trained: full, lora, lit, bitfit; or adapter: a head, without Python",
    )
    .option(
      "--metric <name>",
      "chooses and judges: mrr, hit@10, t2i.ndcg@5, rsum, … (default: mrr)",
    )
    .option("--hyperparameters <json>", '{"learningRate": 1e-5, …}', parseJsonObject)
    .option("--batch-size <number>", "images per step", parsePositive)
    .option("--resume", "go on with the run in --output")
    .option("--overwrite", "replace the run in --output")
    .option("--detach", "start and leave: the run goes on alone, attach RUN follows it")
    .option("--cache <folder>", "adapter: keep vectors there by content, and encode nothing twice")
    .option("--device <device>", "auto, cpu, cuda or mps", parseTrainingDevice)
    .option("--processes <number>", "that share each batch (default: one a GPU)", parsePositive)
    .option("--nodes <number>", "machines that train together; the others join", parsePositive)
    .option("--rendezvous <host:port>", "where the other machines reach this one")
    .option("--python <path>", "the Python to use")
    .requiredOption("-o, --output <run>", "the run folder, in the end a model folder");
  addOfflineOption(addReaderOption(addDataOptions(addOutputOptions(verb))));
  verb.action((options: Omit<TrainOptions, "model"> & Partial<TrainOptions>) => {
    const model = options.model ?? (options.preset && presets[options.preset].model);
    if (model === undefined) verb.error("error: give a model with -m, or a --preset");
    else return runVerb(context, options, (tools) => runTrain({ ...options, model }, tools));
  });
}

async function runTrain(options: TrainOptions, tools: VerbTools): Promise<VerbResult> {
  const { python, device, processes, nodes, rendezvous, preset } = options;
  if (options.method === "adapter")
    return await trainAdapter(options, commonOf(options, {}), tools);
  const hyperparameters = parseHyperparameters(
    withoutUndefined({
      ...(preset && presets[preset].hyperparameters),
      ...(options.batchSize && { batchSize: options.batchSize }),
      ...options.hyperparameters,
    }),
  );
  const start = await openStart(options, tools);
  const data = await openTrainingData(options);
  await requireRoomForRun(options);
  const common = commonOf(options, hyperparameters);
  const config = withoutUndefined({ python, device, processes, nodes, rendezvous });
  if (options.detach) return await launchRun({ ...common, ...start, ...data }, config, tools);
  const summary = await fitModel({
    trainer: createTrainer(config),
    start,
    ...data,
    common,
    signal: tools.signal,
    onEvent: createTrainingDisplay(tools),
  }).catch((error: unknown) => {
    throw forCommand(error, "Type the same command with --resume to go on from where it stood.");
  });
  return toFitResult(summary, { rows: unusedRows(data), verbose: options.verbose });
}

function commonOf(options: TrainOptions, hyperparameters: Record<string, unknown>): FitCommon {
  const { seed, timeLimit, method, metric: evalMetric, resume, output } = options;
  const runFolder = resolve(output);
  const course = { seed, timeLimit, method, evalMetric, hyperparameters, resume };
  return withoutUndefined({ runFolder, ...course });
}

async function launchRun(
  spec: FileFitSpec,
  trainer: TrainerConfig,
  { onProgress, signal }: VerbTools,
): Promise<VerbResult> {
  const { runFolder, pid } = await launchTraining({ ...spec, trainer, onProgress, signal });
  const failures = unusedRows(spec);
  const follow = `npx @semblance/semblance attach ${shellWord(runFolder)}`;
  const text = `Process ${pid} trains in ${runFolder} and goes on alone. Follow or stop it: ${follow} [--stop]`;
  return { document: { detached: { run: runFolder, pid }, failures }, text, failures };
}

// A recipe such as scratch:tiny is made by the trainer; anything else must have weights.
async function openStart(
  { model, offline }: TrainOptions,
  { onProgress, signal }: VerbTools,
): Promise<{ readonly checkpoint: string }> {
  if (model.startsWith("scratch:")) return { checkpoint: model };
  return { checkpoint: await locateCheckpoint(model, { hub: { offline }, onProgress, signal }) };
}
