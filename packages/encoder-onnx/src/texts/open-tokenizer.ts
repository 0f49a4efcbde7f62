import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ModelError } from "@semblance/core";
import { isSiglip, textPositionsOf } from "../models/model-config.ts";
import type { ModelFolder } from "../models/model-folder.ts";
import { textCleaningOf } from "../models/open-clip-config.ts";
import { readJson } from "../models/read-json.ts";
import { sha256 } from "../models/sha256.ts";
import { createResource, type Resource } from "../resource.ts";
import { isSiglip2Tokenizer, padSideOf } from "./siglip2-rules.ts";
import {
  createTokenizer,
  type TextTokenizer,
  type TokenizerConfig,
  type TokenizerSettings,
  tokenizerConfig,
  tokenizerDefinition,
} from "./tokenizer.ts";
import { withLowercase } from "./tokenizer-rules.ts";

/** A model's tokenizer, and the hash of everything that decides its token ids. */
export interface OpenedTokenizer {
  /** Read on first use. */
  readonly tokenizer: Resource<TextTokenizer>;
  readonly hash: string;
  /** Most tokens of a text, special ones included. */
  readonly maxLength: number;
  /** Whether texts are always filled up to `maxLength`. */
  readonly isFilled: boolean;
}

/**
 * Opens the tokenizer of a model folder.
 *
 * @throws ModelError `MODEL_UNSUPPORTED` when nothing says how many tokens the model reads.
 */
export async function openTokenizer(model: ModelFolder): Promise<OpenedTokenizer> {
  const folder = join(model.folder, model.layout.tokenizerFolder);
  const tokenizerFile = await readFile(join(folder, "tokenizer.json"));
  const named = await readJson(folder, "tokenizer_config.json", tokenizerConfig);
  const settings = model.openClip ? openClipSettings(model) : settingsOf(model, named);
  const isLowercasing = model.openClip === undefined && isSiglip2Tokenizer(model.config, named);
  const tokenizer = createResource({
    load: async () => {
      const definition = await readJson(folder, "tokenizer.json", tokenizerDefinition);
      const rules = isLowercasing ? withLowercase(definition) : definition;
      return createTokenizer({ definition: rules, config: named, settings });
    },
    close: async () => {},
  });
  const parts = [sha256(tokenizerFile), settings, named.pad_token, isLowercasing];
  const { maxLength, padTo } = settings;
  return { tokenizer, hash: sha256(parts), maxLength, isFilled: padTo === "maxLength" };
}

function settingsOf({ folder, config }: ModelFolder, named: TokenizerConfig): TokenizerSettings {
  const maxLength = Math.min(
    named.model_max_length ?? Number.POSITIVE_INFINITY,
    textPositionsOf(config) ?? Number.POSITIVE_INFINITY,
  );
  if (!Number.isFinite(maxLength)) {
    throw new ModelError({
      code: "MODEL_UNSUPPORTED",
      message: `Nothing in ${folder} says how many tokens the model reads.`,
      fix: 'Add "model_max_length" to tokenizer_config.json.',
    });
  }
  // SigLIP pools the last position, so its texts were always filled up in training.
  const padTo = isSiglip(config) ? "maxLength" : "longest";
  const padId = config.text_config.pad_token_id ?? undefined;
  return { maxLength, padTo, padId, padSide: padSideOf(config, named) };
}

// open_clip fills all texts up, on the right, whatever the tokenizer's own configuration says.
function openClipSettings({ config, openClip }: ModelFolder): TokenizerSettings {
  return {
    maxLength: textPositionsOf(config) ?? 77,
    padTo: "maxLength",
    padId: config.text_config.pad_token_id ?? undefined,
    padSide: "right",
    cleaning: openClip && textCleaningOf(openClip),
  };
}
