import { ConfigError, type OpenedModel, withoutUndefined } from "@semblance/core";
import { type MatcherConfig, type MatcherSettings, parseMatcherConfig } from "./config.ts";
import { extractEmbedding } from "./encoding/extract-embedding.ts";
import { evaluateMatcher } from "./evaluation/evaluate-matcher.ts";
import { calibrateFitted } from "./fit/calibrate-fitted.ts";
import { readFitData, startFit } from "./fit/start-fit.ts";
import type { Matcher } from "./matcher.ts";
import { calibrate } from "./probability/calibrate.ts";
import { type ModelCalibration, staleness } from "./probability/model-calibration.ts";
import { predict, predictProba } from "./probability/predict.ts";
import { openCalibration } from "./storage/open-calibration.ts";
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
  let { calibration, warnings } = await openCalibration(model);
  return {
    settings,
    get model() {
      return model;
    },
    get calibration() {
      return calibration;
    },
    evaluate: (options) => evaluateMatcher(settings, model, options),
    async fit(options) {
      const provider = providerOf(settings);
      const evalMetric = options.evalMetric ?? config.evalMetric;
      const data = await readFitData(settings, options);
      const fitOptions = withoutUndefined({ ...options, ...data, evalMetric });
      const summary = await startFit(settings, model, fitOptions);
      const trained = await provider.open(summary.model);
      await model.encoder[Symbol.asyncDispose]();
      model = trained;
      // The start, where fit kept it, is calibrated as before; of other towers nothing is known yet.
      const stored = await openCalibration(trained);
      calibration =
        (await calibrateFitted(settings, trained, fitOptions)) ??
        stored.calibration ??
        stillValid(calibration, trained);
      warnings = calibration ? [] : stored.warnings;
      return summary;
    },
    predict: (data, predictOptions) =>
      predict({ settings, model, calibration, warnings }, data, predictOptions),
    predictProba: (data, predictOptions) =>
      predictProba({ settings, model, calibration, warnings }, data, predictOptions),
    async calibrate(options) {
      const report = await calibrate(settings, model, options);
      calibration = report.calibration;
      warnings = [];
      return report;
    },
    extractEmbedding: (data, options) => extractEmbedding(settings, model, data, options),
    save: (folder) => saveMatcher({ settings, model, calibration, folder }),
    [Symbol.asyncDispose]: () => model.encoder[Symbol.asyncDispose](),
  };
}

function stillValid(calibration: ModelCalibration | undefined, model: OpenedModel) {
  return calibration && !staleness(calibration, model) ? calibration : undefined;
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
