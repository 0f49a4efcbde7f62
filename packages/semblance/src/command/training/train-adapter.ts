import { ConfigError, type FitCommon, type OpenedModel, withoutUndefined } from "@semblance/core";
import { cacheEncoder } from "@semblance/encoder-onnx/cache";
import { fitModel } from "@semblance/matcher";
import { adapterHyperparameters, createAdapterTrainer } from "@semblance/trainer-adapter";
import { createModelProvider } from "../../create-model-provider.ts";
import type { OfflineOptions, SeedOptions } from "../common-options.ts";
import type { VerbResult, VerbTools } from "../run-verb.ts";
import { toFitResult } from "./fit-document.ts";
import { parseHyperparameters } from "./parse-hyperparameters.ts";
import { requireRoomForRun } from "./run-folder.ts";
import { openTrainingData, type TrainingDataOptions, unusedRows } from "./training-data.ts";
import { createTrainingDisplay } from "./training-display.ts";

/** What `semblance train --method adapter` is told. */
export interface AdapterTrainingOptions extends SeedOptions, OfflineOptions, TrainingDataOptions {
  readonly model: string;
  readonly hyperparameters?: Record<string, unknown>;
  /** Images per step. */
  readonly batchSize?: number;
  /** Where vectors are kept by content. */
  readonly cache?: string;
  readonly device?: "auto" | "cpu" | "cuda" | "mps";
  readonly python?: string;
  readonly detach?: boolean;
  readonly output: string;
}

/**
 * Embeds both sides with the model and fits a head on that, in this process.
 *
 * @throws {@link ConfigError} with code `CONFIG_INVALID`, also for `--detach`; {@link ModelError} and
 * {@link DatasetError} for a model and data that cannot be used; what the trainer throws.
 */
export async function trainAdapter(
  options: AdapterTrainingOptions,
  common: FitCommon,
  tools: VerbTools,
): Promise<VerbResult> {
  const { batchSize, detach } = options;
  if (detach) throw cannotDetach();
  const given = withoutUndefined({ batchSize, ...options.hyperparameters });
  const hyperparameters = parseHyperparameters(given, adapterHyperparameters);
  const data = await openTrainingData(options);
  await requireRoomForRun(options);
  const start = await openStart(options, tools);
  await using _ = start.encoder;
  const { onProgress, signal } = tools;
  const summary = await fitModel({
    trainer: createAdapterTrainer(),
    start,
    ...data,
    common: { ...common, hyperparameters },
    signal,
    onProgress,
    onEvent: createTrainingDisplay(tools),
  });
  return toFitResult(summary, { rows: unusedRows(data), verbose: options.verbose });
}

async function openStart(
  { model, device, python, offline, cache }: AdapterTrainingOptions,
  { onProgress, signal }: VerbTools,
): Promise<OpenedModel> {
  const provider = createModelProvider({
    python,
    device: device === "mps" ? "coreml" : device,
    hub: { offline },
  });
  const opened = await provider.open(model, { onProgress, signal });
  if (cache === undefined) return opened;
  return { ...opened, encoder: await cacheEncoder(opened.encoder, { folder: cache }) };
}

function cannotDetach(): ConfigError {
  return new ConfigError({
    code: "CONFIG_INVALID",
    message: "A head is fitted in this process, so there is nothing to detach.",
    fix: "Leave --detach out: it takes seconds.",
  });
}
