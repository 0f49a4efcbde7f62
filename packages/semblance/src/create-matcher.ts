import { withoutUndefined } from "@semblance/core";
import {
  createMatcher as createMatcherFromParts,
  loadMatcher as loadMatcherFromParts,
  type Matcher,
  type MatcherConfig,
} from "@semblance/matcher";
import { createTrainer } from "@semblance/trainer-bridge";
import { createModelProvider } from "./create-model-provider.ts";

/**
 * Makes a {@link Matcher} with the usual parts: models opened by folder, and a trainer that drives
 * PyTorch; each can be given instead.
 *
 * @throws {@link ConfigError} for an option that does not fit, {@link ModelError} for a model that
 * cannot be opened.
 */
export async function createMatcher(config: MatcherConfig): Promise<Matcher> {
  return createMatcherFromParts({
    provider: createModelProvider(),
    trainer: createTrainer(),
    ...withoutUndefined(config),
  });
}

/** Opens what `matcher.save(folder)` wrote, with the usual parts. */
export async function loadMatcher(folder: string): Promise<Matcher> {
  return loadMatcherFromParts(folder, {
    provider: createModelProvider(),
    trainer: createTrainer(),
  });
}
