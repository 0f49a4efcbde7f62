import { Tokenizer } from "@huggingface/tokenizers";
import { ModelError } from "@semblance/core";
import { z } from "zod";
import { cleanText, type TextCleaning } from "./text-cleaning.ts";
import { type TokenizerDefinition, withPythonRules } from "./tokenizer-rules.ts";

/** Hugging Face's `tokenizer_config.json`, as far as it decides token ids. */
export interface TokenizerConfig {
  readonly model_max_length?: number | undefined;
  readonly pad_token?: string | { readonly content: string } | null | undefined;
  readonly padding_side?: PadSide | undefined;
  readonly tokenizer_class?: string | null | undefined;
}

/** Schema of {@link TokenizerConfig}; other keys pass, and reach the tokenizer. */
export const tokenizerConfig: z.ZodType<TokenizerConfig> = z.looseObject({
  model_max_length: z.number().positive().optional(),
  pad_token: z.union([z.string(), z.looseObject({ content: z.string() })]).nullish(),
  padding_side: z.enum(["left", "right"]).optional(),
  tokenizer_class: z.string().nullish(),
  truncation_side: z.literal("right").optional(),
});

/** Schema of {@link TokenizerDefinition}. */
export const tokenizerDefinition: z.ZodType<TokenizerDefinition> = z.looseObject({});

/** What {@link createTokenizer} needs to know. */
export interface TokenizerOptions {
  readonly definition: TokenizerDefinition;
  readonly config: TokenizerConfig;
  readonly settings: TokenizerSettings;
}

/** The end of a text that filling stands at. */
export type PadSide = "left" | "right";

/** How texts become rows of one length. */
export interface TokenizerSettings {
  /** Most tokens of a text, special ones included. */
  readonly maxLength: number;
  /** Fill up to the longest text of the batch, or always to `maxLength`. */
  readonly padTo: "longest" | "maxLength";
  /** Where to fill. */
  readonly padSide: PadSide;
  /** What to fill with, where `tokenizer_config.json` names no token. */
  readonly padId: number | undefined;
  /** What becomes of a text first. @defaultValue nothing */
  readonly cleaning?: TextCleaning | undefined;
}

/** A text as token ids. */
export interface TokenizedText {
  readonly ids: readonly number[];
  /** It was longer than the model reads, and was cut before the closing special tokens. */
  readonly isTruncated: boolean;
}

/** Token ids of several texts, `[texts, length]`, row-major. */
interface TokenBatch {
  readonly inputIds: BigInt64Array;
  /** 1 for the text's tokens, 0 for filling. */
  readonly attentionMask: BigInt64Array;
  readonly length: number;
}

/** Texts to token ids, the same ids as Python's `tokenizers` gives. */
export interface TextTokenizer {
  tokenize(text: string): TokenizedText;
  toBatch(texts: readonly TokenizedText[]): TokenBatch;
}

/**
 * Makes a tokenizer from a model's `tokenizer.json` and `tokenizer_config.json`.
 *
 * @throws ModelError `MODEL_UNSUPPORTED` when the definition cannot be run or names no filling token.
 */
export function createTokenizer(options: TokenizerOptions): TextTokenizer {
  const tokenizer = openTokenizer(options);
  const { maxLength, padTo, padSide, cleaning } = options.settings;
  const padId = padIdOf(tokenizer, options);
  const closing = countClosingTokens(tokenizer);
  return {
    tokenize: (text) => {
      const cleaned = cleaning === undefined ? text : cleanText(text, cleaning);
      return truncate(tokenizer.encode(wellFormed(cleaned)).ids, maxLength, closing);
    },
    toBatch: (texts) => {
      const longest = Math.max(0, ...texts.map(({ ids }) => ids.length));
      return pad(texts, { length: padTo === "longest" ? longest : maxLength, padId, padSide });
    },
  };
}

// The library's own types do not resolve under "nodenext".
interface TokenizerLibrary {
  encode(
    text: string,
    options?: { readonly add_special_tokens: boolean },
  ): {
    readonly ids: readonly number[];
  };
  token_to_id(token: string): number | undefined;
}

function openTokenizer({ definition, config }: TokenizerOptions): TokenizerLibrary {
  try {
    return new Tokenizer(withPythonRules(definition), config);
  } catch (error) {
    throw new ModelError({
      code: "MODEL_UNSUPPORTED",
      message: `tokenizer.json cannot be used: ${error instanceof Error ? error.message : error}.`,
      fix: "Get the file again from where the model came from.",
      cause: error,
    });
  }
}

function padIdOf(tokenizer: TokenizerLibrary, { config, settings }: TokenizerOptions): number {
  const named = config.pad_token;
  const content = typeof named === "object" ? named?.content : named;
  const id = content === undefined ? undefined : tokenizer.token_to_id(content);
  const padId = id ?? settings.padId;
  if (padId !== undefined) return padId;
  throw new ModelError({
    code: "MODEL_UNSUPPORTED",
    message: "Neither tokenizer_config.json nor config.json names a token to fill texts up with.",
    fix: 'Add "pad_token" to tokenizer_config.json.',
  });
}

// Half of a surrogate pair is no character: Python's encoder would refuse it.
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}

function countClosingTokens(tokenizer: TokenizerLibrary): number {
  const bare = tokenizer.encode("a", { add_special_tokens: false }).ids;
  const full = tokenizer.encode("a").ids;
  const opening = full.findIndex((_, i) => bare.every((id, k) => full[i + k] === id));
  return full.length - Math.max(opening, 0) - bare.length;
}

function truncate(ids: readonly number[], maxLength: number, closing: number): TokenizedText {
  if (ids.length <= maxLength) return { ids, isTruncated: false };
  const end = closing === 0 ? [] : ids.slice(-closing);
  return { ids: [...ids.slice(0, maxLength - closing), ...end], isTruncated: true };
}

interface Padding {
  readonly length: number;
  readonly padId: number;
  readonly padSide: PadSide;
}

function pad(texts: readonly TokenizedText[], padding: Padding): TokenBatch {
  const { length, padId, padSide } = padding;
  const inputIds = new BigInt64Array(texts.length * length).fill(BigInt(padId));
  const attentionMask = new BigInt64Array(texts.length * length);
  for (const [row, { ids }] of texts.entries()) {
    const start = row * length + (padSide === "left" ? length - ids.length : 0);
    inputIds.set(ids.map(BigInt), start);
    attentionMask.fill(1n, start, start + ids.length);
  }
  return { inputIds, attentionMask, length };
}
