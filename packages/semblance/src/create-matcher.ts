import { ConfigError, withoutUndefined } from "@semblance/core";
import {
  createMatcher as createMatcherFromParts,
  loadMatcher as loadMatcherFromParts,
  type Matcher,
  type MatcherConfig,
} from "@semblance/matcher";
import {
  createTrainer,
  type FileTrainer,
  type Preset,
  type PresetName,
  presets,
} from "@semblance/trainer-bridge";
import { createModelProvider } from "./create-model-provider.ts";

/** What {@link createMatcher} accepts. */
export interface CreateMatcherConfig extends MatcherConfig {
  /**
   * A model to open and hyperparameters for `fit`, by name; `model`, `trainer` and what is given to
   * `fit` come before them. What was saved and is loaded again has no preset.
   */
  readonly presets?: PresetName | undefined;
}

/**
 * Makes a {@link Matcher} with the usual parts: models opened by folder, and a trainer that drives
 * PyTorch; each can be given instead.
 *
 * @throws {@link ConfigError} for an option that does not fit, {@link ModelError} for a model that
 * cannot be opened.
 */
export async function createMatcher(config: CreateMatcherConfig): Promise<Matcher> {
  const { presets: name, ...others } = config;
  const preset = name === undefined ? undefined : presetOf(name);
  const isModelGiven = others.model !== undefined || others.encoder !== undefined;
  return createMatcherFromParts({
    provider: createModelProvider(),
    trainer: createPresetTrainer(preset),
    ...(preset && !isModelGiven && { model: preset.model }),
    ...withoutUndefined(others),
  });
}

function presetOf(name: PresetName): Preset {
  const names = Object.keys(presets);
  if (names.includes(name)) return presets[name];
  const message = `There is no preset ${JSON.stringify(name)}.`;
  throw new ConfigError({ code: "CONFIG_INVALID", message, fix: `Use ${names.join(", ")}.` });
}

function createPresetTrainer(preset: Preset | undefined): FileTrainer {
  const trainer = createTrainer();
  return {
    needs: trainer.needs,
    fit: (spec, options) => {
      const hyperparameters = { ...preset?.hyperparameters, ...spec.hyperparameters };
      return trainer.fit({ ...spec, hyperparameters }, options);
    },
  };
}

/** Opens what `matcher.save(folder)` wrote, with the usual parts. */
export async function loadMatcher(folder: string): Promise<Matcher> {
  return loadMatcherFromParts(folder, {
    provider: createModelProvider(),
    trainer: createTrainer(),
  });
}
