import {
  type Dataset,
  DatasetError,
  type OpenedModel,
  type RunOptions,
  withoutUndefined,
} from "@semblance/core";
import {
  type Calibration,
  chooseThreshold,
  fitCalibration,
  type ThresholdTarget,
} from "@semblance/eval";
import type { MatcherSettings } from "../config.ts";
import { toDataset } from "../data/matcher-dataset.ts";
import { describeEncoded, requireRelevant } from "../encoding/describe-encoded.ts";
import { type EncodedDataset, encodeDataset } from "../encoding/encode-dataset.ts";
import { learnAbstention } from "./abstention.ts";
import type {
  CalibrateOptions,
  CalibrationReport,
  CalibrationSettings,
} from "./calibrate-options.ts";
import { describeModel, type ModelCalibration } from "./model-calibration.ts";
import { samplePairs } from "./sample-pairs.ts";

const defaultNegatives = 100_000;

/** What {@link calibrateOn} calibrates. */
export interface CalibrateOnOptions extends CalibrationSettings, RunOptions {
  readonly model: OpenedModel;
  readonly dataset: Dataset;
  readonly split?: string;
  readonly seed: number;
  readonly batchSize?: number;
}

/** Learns what the similarities of a matcher's model mean: `Matcher.calibrate`. */
export async function calibrate(
  settings: MatcherSettings,
  model: OpenedModel,
  options: CalibrateOptions,
): Promise<CalibrationReport> {
  const { data, dataset: given, label, idMappings, ...others } = options;
  const dataset = data === undefined ? given : toDataset(settings, data, { label, idMappings });
  if (dataset === undefined || (data !== undefined && given !== undefined)) {
    throw new TypeError("Give validation pairs as data, or as dataset.");
  }
  const { seed, batchSize } = settings;
  return calibrateOn(withoutUndefined({ ...others, model, dataset, seed, batchSize }));
}

/**
 * Learns from a dataset what a model's similarities mean: a curve from cosine to probability, chosen by
 * cross-validation, thresholds for the targets asked for, and from which best score on a search has
 * found something.
 *
 * An item that cannot be encoded is left out and listed.
 *
 * @throws {@link DatasetError} with code `NOTHING_TO_CALIBRATE` when no match is left, RangeError for
 * options that do not fit, and as `fitCalibration` and `chooseThreshold` throw for what validation
 * cannot support.
 */
export async function calibrateOn(options: CalibrateOnOptions): Promise<CalibrationReport> {
  const { model, dataset, split, seed, batchSize, signal, onProgress } = options;
  const { negatives = defaultNegatives, falseAlarmRate } = options;
  const isListed = negatives === "listed";
  if (isListed && falseAlarmRate !== undefined) {
    throw new RangeError("Listed pairs do not say what a search would find: no falseAlarmRate.");
  }
  const run = withoutUndefined({ signal, onProgress });
  const { encoder } = model;
  const encoded = await encodeDataset({
    encoder,
    dataset,
    ...withoutUndefined({ split, batchSize }),
    ...run,
  });
  requireRelevant(encoded, { ...options, code: "NOTHING_TO_CALIBRATE" });
  const { pairs } = encoded;
  const calibration = await calibratePairs(options, encoded);
  const stored: ModelCalibration = {
    schema: 1,
    model: await describeModel(model),
    data: await describeEncoded(encoded, options),
    calibration,
    abstention: isListed
      ? null
      : await learnAbstention({ pairs, calibration, falseAlarmRate, seed, ...run }),
  };
  return { calibration: stored, failures: [...dataset.failures, ...encoded.failures] };
}

async function calibratePairs(
  options: CalibrateOnOptions,
  { pairs }: EncodedDataset,
): Promise<Calibration> {
  const { model, seed, negatives = defaultNegatives, prior = "data", target, signal } = options;
  const run = withoutUndefined({ signal, onProgress: options.onProgress });
  const scored = await samplePairs({ pairs, negatives, seed, ...run });
  const { scoring } = model.encoder;
  const calibration = await fitCalibration({ ...scored, scoring, prior, seed, ...run });
  const thresholds = [];
  for (const wanted of listOf(target)) {
    thresholds.push(
      await chooseThreshold({ ...scored, prior, target: wanted, calibration, ...run }),
    );
  }
  return thresholds.length === 0 ? calibration : { ...calibration, thresholds };
}

function listOf(target: CalibrationSettings["target"]): readonly ThresholdTarget[] {
  if (target === undefined) return [];
  return isList(target) ? target : [target];
}

function isList(
  target: NonNullable<CalibrationSettings["target"]>,
): target is readonly ThresholdTarget[] {
  return Array.isArray(target);
}
