import type { ModelConfig } from "../models/model-config.ts";
import type { PadSide, TokenizerConfig } from "./tokenizer.ts";

/**
 * Whether transformers reads the tokenizer as SigLIP 2's, which lower-cases whatever `tokenizer.json`
 * says: for the model type `siglip2`, or where the class is named. The hub's SigLIP 2 models of fixed
 * size are of type `siglip` and name Gemma's class, so they keep capitals.
 *
 * @see transformers `models/siglip2/tokenization_siglip2.py`, `models/auto/tokenization_auto.py`
 */
export function isSiglip2Tokenizer(model: ModelConfig, tokenizer: TokenizerConfig): boolean {
  return model.model_type === "siglip2" || isNamed(tokenizer, "Siglip2Tokenizer");
}

/** Where texts are filled up: what the file says, else as the tokenizer's class does. */
export function padSideOf(model: ModelConfig, tokenizer: TokenizerConfig): PadSide {
  const isGemma = isSiglip2Tokenizer(model, tokenizer) || isNamed(tokenizer, "GemmaTokenizer");
  return tokenizer.padding_side ?? (isGemma ? "left" : "right");
}

function isNamed({ tokenizer_class: name }: TokenizerConfig, expected: string): boolean {
  return name === expected || name === `${expected}Fast`;
}
