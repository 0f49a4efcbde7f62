import { z } from "zod";
import type { TextCleaning } from "../texts/text-cleaning.ts";
import type { ModelConfig } from "./model-config.ts";

/** The parts of open_clip's model configuration that decide how a dual encoder is run. */
export interface OpenClipConfig {
  readonly embed_dim: number;
  /** Sigmoid models have one. */
  readonly init_logit_bias?: number | null | undefined;
  readonly text_cfg: {
    readonly context_length: number;
    readonly hf_tokenizer_name?: string | null | undefined;
    readonly tokenizer_kwargs?: { readonly clean?: TextCleaning | undefined } | null | undefined;
  };
}

/** Schema of {@link OpenClipConfig}; other keys pass. */
export const openClipConfig: z.ZodType<OpenClipConfig> = z.object({
  embed_dim: z.int().positive(),
  init_logit_bias: z.number().nullish(),
  text_cfg: z.object({
    context_length: z.int().positive().default(77),
    hf_tokenizer_name: z.string().nullish(),
    tokenizer_kwargs: z
      .object({
        clean: z.enum(["whitespace", "lower", "canonicalize"]).optional(),
        // It puts 0 in place of a token, which a graph that was trained without would not expect.
        strip_sep_token: z.literal(false).optional(),
      })
      .nullish(),
  }),
});

/** `open_clip_config.json`: the model and its preprocessing in one file. */
export interface OpenClipFile {
  readonly model_cfg: OpenClipConfig;
  readonly preprocess_cfg?: unknown;
}

/** Schema of {@link OpenClipFile}. */
export const openClipFile: z.ZodType<OpenClipFile> = z.object({
  model_cfg: openClipConfig,
  preprocess_cfg: z.unknown(),
});

/** The same facts as transformers' `config.json` gives them. */
export function fromOpenClip({ embed_dim: dimension, ...config }: OpenClipConfig): ModelConfig {
  const isSigmoid = config.init_logit_bias !== null && config.init_logit_bias !== undefined;
  return {
    model_type: isSigmoid ? "siglip" : "clip",
    projection_dim: dimension,
    text_config: {
      projection_size: dimension,
      max_position_embeddings: config.text_cfg.context_length,
      // What open_clip's own tokenizer fills up with.
      pad_token_id: 0,
    },
    vision_config: {},
  };
}

/** What becomes of a text before it is tokenized. @see open_clip `tokenizer.py` `HFTokenizer` */
export function textCleaningOf({ text_cfg: text }: OpenClipConfig): TextCleaning {
  return text.tokenizer_kwargs?.clean ?? (text.hf_tokenizer_name ? "whitespace" : "lower");
}
