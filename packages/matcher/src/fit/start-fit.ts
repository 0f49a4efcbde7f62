import { ConfigError, type OpenedModel, withoutUndefined } from "@semblance/core";
import type { MatcherSettings } from "../config.ts";
import { toDataset } from "../data/matcher-dataset.ts";
import type { FitOptions, FitSummary } from "../matcher.ts";
import { fitModel, holdOut, type TrainAndValidation } from "./fit-model.ts";

/**
 * The pairs of a fit: validation as given, or taken out of the training data.
 *
 * @throws as {@link holdOut} throws.
 */
export async function readFitData(
  settings: MatcherSettings,
  { trainData, tuningData, holdoutFrac, idMappings }: FitOptions,
): Promise<TrainAndValidation> {
  const train = toDataset(settings, trainData, { idMappings });
  if (!tuningData) return holdOut(train, settings.seed, holdoutFrac);
  return { train, validation: toDataset(settings, tuningData, { idMappings }) };
}

/**
 * Fine-tunes: `Matcher.fit`, but for opening the result.
 *
 * @throws {@link ConfigError} when there is no trainer, and as {@link fitModel} throws.
 */
export async function startFit(
  settings: MatcherSettings,
  start: OpenedModel,
  options: FitOptions & TrainAndValidation,
): Promise<FitSummary> {
  const { trainer, seed } = settings;
  if (!trainer) {
    throw new ConfigError({
      code: "CONFIG_INVALID",
      message: "Fitting needs a trainer.",
      fix: "Use createMatcher of @semblance/semblance, or give trainer: createTrainer().",
    });
  }
  const { train, validation, signal, onProgress, onEvent } = options;
  const { timeLimit, method, hyperparameters, neverWorse, evalMetric, resume } = options;
  const runFolder = options.runFolder ?? defaultRunFolder();
  const common = withoutUndefined({
    runFolder,
    seed,
    timeLimit,
    method,
    hyperparameters,
    neverWorse,
    evalMetric,
    resume,
  });
  return fitModel(
    withoutUndefined({ trainer, start, train, validation, common, signal, onProgress, onEvent }),
  );
}

function defaultRunFolder(): string {
  return `runs/${new Date().toISOString().slice(0, 19).replaceAll(":", "-")}`;
}
