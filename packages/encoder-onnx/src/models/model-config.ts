import type { Scoring } from "@semblance/core";
import { z } from "zod";
import type { ModelManifest } from "./model-manifest.ts";

interface TowerConfig {
  readonly hidden_size?: number | undefined;
  readonly projection_size?: number | undefined;
  readonly max_position_embeddings?: number | undefined;
  readonly pad_token_id?: number | null | undefined;
}

/** The parts of Hugging Face's `config.json` that decide how a dual encoder is run. */
export interface ModelConfig {
  readonly model_type: string;
  readonly projection_dim?: number | undefined;
  readonly text_config: TowerConfig;
  readonly vision_config: TowerConfig;
}

const towerConfig = z.object({
  hidden_size: z.int().positive().optional(),
  projection_size: z.int().positive().optional(),
  max_position_embeddings: z.int().positive().optional(),
  pad_token_id: z.int().nonnegative().nullish(),
});

/** Schema of {@link ModelConfig}; other keys pass. */
export const modelConfig: z.ZodType<ModelConfig> = z.object({
  model_type: z.string().default("unknown"),
  projection_dim: z.int().positive().optional(),
  text_config: towerConfig.default({}),
  vision_config: towerConfig.default({}),
});

/** Whether the model is of the SigLIP family: sigmoid scoring, pooled outputs, padded texts. */
export function isSiglip(config: ModelConfig): boolean {
  return config.model_type.startsWith("siglip");
}

/** Length of the vectors: what `semblance.json` says, else the configuration; `undefined` when neither does. */
export function dimensionOf(
  config: ModelConfig,
  manifest: ModelManifest | undefined,
): number | undefined {
  if (manifest !== undefined) return manifest.dimension;
  const { vision_config: vision, text_config: text } = config;
  return isSiglip(config)
    ? (text.projection_size ?? vision.hidden_size ?? text.hidden_size)
    : config.projection_dim;
}

/**
 * How similarities become probabilities: what `semblance.json` says, else what models of the family
 * have learned, marked as assumed: 100 and 0 for CLIP (its clamp, which it reaches), 117.3 and -12.9
 * for SigLIP (about what the base model has).
 *
 * @see https://arxiv.org/abs/2103.00020 section 2.5, https://arxiv.org/abs/2303.15343 section 3
 */
export function scoringOf(config: ModelConfig, manifest: ModelManifest | undefined): Scoring {
  if (manifest !== undefined) return manifest.scoring;
  return isSiglip(config)
    ? { kind: "sigmoid", logitScale: 117.3, logitBias: -12.9, assumed: true }
    : { kind: "softmax", logitScale: 100, logitBias: 0, assumed: true };
}

// Read where config.json leaves it out, as transformers fills it in.
const usualTextLength: Readonly<Record<string, number>> = { clip: 77, siglip: 64, siglip2: 64 };

/** Most tokens that the text tower has positions for; `undefined` when nobody says. */
export function textPositionsOf(config: ModelConfig): number | undefined {
  return config.text_config.max_position_embeddings ?? usualTextLength[config.model_type];
}
