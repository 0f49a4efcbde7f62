import type { HyperparametersInput } from "./hyperparameters.ts";

/** How much time and memory to spend for how good a model. */
export type PresetName = "medium" | "high" | "best";

/** A model to start from, and what to train it with. */
export interface Preset {
  /** A hub id. */
  readonly model: string;
  readonly hyperparameters: HyperparametersInput;
}

/**
 * The models, batches and names of AutoGluon 1.6 for `image_text_similarity`. Its larger two see
 * 16 and 8 images at a time and contrast those alone; here they are parts of a batch of 128 in
 * which all are contrasted, in the same memory.
 */
export const presets: Readonly<Record<PresetName, Preset>> = {
  medium: { model: "openai/clip-vit-base-patch32", hyperparameters: { batchSize: 128 } },
  high: {
    model: "openai/clip-vit-large-patch14",
    hyperparameters: { batchSize: 128, miniBatchSize: 16 },
  },
  best: {
    model: "openai/clip-vit-large-patch14-336",
    hyperparameters: { batchSize: 128, miniBatchSize: 8 },
  },
};
