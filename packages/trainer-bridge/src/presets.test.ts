import { expect, test } from "vitest";
import { parseHyperparameters } from "./hyperparameters.ts";
import { presets } from "./presets.ts";

test.each(Object.entries(presets))("%s is a hub model with valid hyperparameters", (_, preset) => {
  expect(preset.model).toMatch(/^openai\/clip-vit-/);
  const { batchSize, miniBatchSize } = parseHyperparameters(preset.hyperparameters);
  expect(batchSize % (miniBatchSize ?? batchSize)).toBe(0);
});
