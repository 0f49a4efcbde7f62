import { type Dataset, withoutUndefined } from "@semblance/core";
import { openDataset } from "@semblance/data";
import type { ThresholdTarget } from "@semblance/eval";
import type { Command } from "commander";
import {
  addDataOptions,
  addModelOptions,
  addOutputOptions,
  addReaderOption,
  type ReaderOptions,
} from "../common-options.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "../run-verb.ts";
import { validationNames } from "../training/training-data.ts";
import { requirePlace, storeCalibration } from "./calibration-place.ts";
import { formatCalibration } from "./format-calibration.ts";
import { type MatcherOptions, openMatcher } from "./open-matcher.ts";
import { parseNegatives, parseShare, parseTargets } from "./parse-share.ts";

interface CalibrateOptions extends MatcherOptions, ReaderOptions {
  readonly data: string;
  readonly split?: string;
  readonly prior?: number;
  readonly target?: readonly ThresholdTarget[];
  readonly negatives?: "listed" | number;
  readonly falseAlarms?: number;
  readonly output?: string;
}

/** `semblance calibrate`: learn what a model's similarities mean, and keep it with the model. */
export function addCalibrateVerb(program: Command, context: VerbContext): void {
  const verb = program
    .command("calibrate")
    .description("learn from validation pairs what similarities mean, and keep it with the model")
    .requiredOption("-m, --model <model>", "a model folder, a checkpoint folder, a hub id or a RUN")
    .requiredOption("-d, --data <data>", "validation pairs that the model was not trained on")
    .option("--split <name>", "only this split (default: val, where the data has splits)")
    .option("--label <column>", "the relevance column")
    .option("--prior <share>", "the share of matches to hold for (default: the data's)", parseShare)
    .option(
      "--target <what=share>",
      "what predict's threshold shall reach: precision=0.9, recall=0.9, f1=max",
      parseTargets,
    )
    .option(
      "--negatives <number>",
      "at most so many pairs without a match; or listed",
      parseNegatives,
    )
    .option(
      "--false-alarms <share>",
      "how often a search that abstains may answer although nothing matches (default: 0.05)",
      parseShare,
    )
    .option("-o, --output <folder>", "write the model with its calibration here");
  addModelOptions(addReaderOption(addDataOptions(addOutputOptions(verb))));
  verb.action((options: CalibrateOptions) =>
    runVerb(context, options, (tools) => runCalibrate(options, tools)),
  );
}

async function runCalibrate(options: CalibrateOptions, tools: VerbTools): Promise<VerbResult> {
  const { model, output, prior, target, negatives, falseAlarms: falseAlarmRate } = options;
  const { onProgress, signal } = tools;
  const dataset = await openValidation(options, tools);
  await using matcher = await openMatcher(options, tools);
  await requirePlace(matcher, { model, output });
  const { calibration, failures } = await matcher.calibrate({
    dataset,
    ...withoutUndefined({ split: chooseSplit(dataset, options, tools), prior, target, negatives }),
    ...withoutUndefined({ falseAlarmRate, onProgress, signal }),
  });
  const folder = await storeCalibration(matcher, { model, output });
  const { name } = matcher.model.encoder;
  return {
    document: { model: folder, calibration },
    text: formatCalibration(calibration, { name, folder }),
    failures,
  };
}

function openValidation(options: CalibrateOptions, { signal }: VerbTools): Promise<Dataset> {
  const { data, baseFolder, reader, label, columns } = options;
  const roles = withoutUndefined({ ...columns, relevance: label ?? columns?.relevance });
  return openDataset(data, withoutUndefined({ columns: roles, baseFolder, reader, signal }));
}

function chooseSplit(
  { splits }: Dataset,
  { split }: CalibrateOptions,
  { note }: VerbTools,
): string | undefined {
  if (split !== undefined || splits.length === 0) return split;
  const found = validationNames.find((name) => splits.includes(name));
  const what = found === undefined ? "all splits together" : `the split "${found}"`;
  note(`Calibrating on ${what}, of ${splits.join(", ")}; --split names one.`);
  return found;
}
