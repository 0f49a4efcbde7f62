import {
  ConfigError,
  type EncodedBatch,
  type OpenedModel,
  withoutUndefined,
} from "@semblance/core";
import { type MatcherConfig, type MatcherSettings, parseMatcherConfig } from "./config.ts";
import { mapIds } from "./data/id-mappings.ts";
import type { MatcherData } from "./data/matcher-data.ts";
import { resolveColumns, toDataset } from "./data/matcher-dataset.ts";
import { encodeColumn } from "./encoding/encode-column.ts";
import { evaluateMatcher } from "./evaluation/evaluate-matcher.ts";
import { fitModel, holdOut } from "./fit/fit-model.ts";
import type { ExtractOptions, FitOptions, FitSummary, Matcher } from "./matcher.ts";
import { saveMatcher } from "./storage/save-matcher.ts";

/**
 * Makes a {@link Matcher} of an encoder, or of a model's name and the provider that opens it.
 *
 * The matcher owns its encoder, also one that was given: disposing of the matcher closes it, and so does
 * a fit, which goes on with the trained model. Do not evaluate or search while a fit ends.
 *
 * @throws {@link ConfigError} when neither is given or an option does not fit.
 */
export async function createMatcher(config: MatcherConfig): Promise<Matcher> {
  const settings = parseMatcherConfig(config);
  let model = await openModel(settings);
  return {
    settings,
    get model() {
      return model;
    },
    evaluate: (options) => evaluateMatcher(settings, model, options),
    async fit(options) {
      const provider = providerOf(settings);
      const evalMetric = options.evalMetric ?? config.evalMetric;
      const fitOptions = withoutUndefined({ ...options, evalMetric });
      const summary = await startFit(settings, model, fitOptions);
      const trained = await provider.open(summary.model);
      await model.encoder[Symbol.asyncDispose]();
      model = trained;
      return summary;
    },
    extractEmbedding: (data, options) => extractEmbedding(settings, model, data, options),
    save: (folder) => saveMatcher({ settings, model, folder }),
    [Symbol.asyncDispose]: () => model.encoder[Symbol.asyncDispose](),
  };
}

async function openModel(settings: MatcherSettings): Promise<OpenedModel> {
  if (settings.encoder) return { encoder: settings.encoder, folder: "" };
  if (settings.model !== undefined) return providerOf(settings).open(settings.model);
  throw new ConfigError({
    code: "CONFIG_INVALID",
    message: "A matcher needs a model or an encoder.",
    fix: 'Give model: "path/to/model", or encoder: await createOnnxEncoder({ model }).',
  });
}

function providerOf(settings: MatcherSettings) {
  if (settings.provider) return settings.provider;
  throw new ConfigError({
    code: "CONFIG_INVALID",
    message: "Opening a model by name needs a ModelProvider.",
    fix: "Use createMatcher of @semblance/semblance, or give a provider.",
  });
}

async function startFit(
  settings: MatcherSettings,
  start: OpenedModel,
  options: FitOptions,
): Promise<FitSummary> {
  const { trainer, seed } = settings;
  if (!trainer) {
    throw new ConfigError({
      code: "CONFIG_INVALID",
      message: "Fitting needs a trainer.",
      fix: "Use createMatcher of @semblance/semblance, or give trainer: createTrainer().",
    });
  }
  const { trainData, tuningData, holdoutFrac, signal, onProgress, onEvent } = options;
  const reading = withoutUndefined({ idMappings: options.idMappings });
  const given = toDataset(settings, trainData, reading);
  const { train, validation } = tuningData
    ? { train: given, validation: toDataset(settings, tuningData, reading) }
    : await holdOut(given, seed, holdoutFrac);
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

async function extractEmbedding(
  settings: MatcherSettings,
  model: OpenedModel,
  data: MatcherData,
  options: ExtractOptions = {},
): Promise<EncodedBatch> {
  const { signature, idMappings, ...encodeOptions } = options;
  const { table } = mapIds(data, idMappings);
  const columns = resolveColumns(settings, table);
  const present = (["query", "response"] as const).filter(
    (side) => columns[side].column in table.columns,
  );
  const side = signature ?? (present.length === 1 ? present[0] : undefined);
  if (side === undefined || !present.includes(side)) {
    throw new TypeError(
      `Give one of the columns "${columns.query.column}" and "${columns.response.column}", or signature: "query" or "response" for data with both; found ${Object.keys(table.columns).join(", ")}.`,
    );
  }
  const { batchSize } = settings;
  const encoder = model.encoder;
  return encodeColumn(
    withoutUndefined({ encoder, table, column: columns[side], batchSize, ...encodeOptions }),
  );
}
