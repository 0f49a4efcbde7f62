/** Hugging Face's `tokenizer.json`; the tokenizers library checks it. */
export interface TokenizerDefinition {
  readonly normalizer?: unknown;
  readonly pre_tokenizer?: unknown;
}

/** A step of a normalizer or pre-tokenizer, as `tokenizer.json` writes it. */
type Step = Readonly<Record<string, unknown>>;

/**
 * A `tokenizer.json` that JavaScript runs with the result of Python's tokenizers. Two steps of the
 * kept library follow JavaScript's rules, and are written out here by Unicode's:
 *
 * - lower-casing `Σ`, which JavaScript does by its place in the word (ΣΑΣ → σασ, not σας);
 * - the byte-level split, whose `\s` in JavaScript has the byte order mark but not U+0085.
 */
export function withPythonRules(definition: TokenizerDefinition): TokenizerDefinition {
  return {
    ...definition,
    normalizer: rewrite(definition.normalizer, "normalizers", lowercaseRule),
    pre_tokenizer: rewrite(definition.pre_tokenizer, "pretokenizers", byteLevelRule),
  };
}

/** A `tokenizer.json` whose texts are lower-cased before all else. */
export function withLowercase(definition: TokenizerDefinition): TokenizerDefinition {
  const normalizers = [{ type: "Lowercase" }, definition.normalizer].filter(isStep);
  return { ...definition, normalizer: { type: "Sequence", normalizers } };
}

/** Applies `rule` to a step, or to each step of a sequence, whose steps stand under `key`. */
function rewrite(value: unknown, key: string, rule: (step: Step) => Step): unknown {
  if (!isStep(value)) return null;
  const steps = value[key];
  return Array.isArray(steps)
    ? { ...value, [key]: steps.map((step) => rewrite(step, key, rule)) }
    : rule(value);
}

function isStep(value: unknown): value is Step {
  return typeof value === "object" && value !== null;
}

function lowercaseRule(step: Step): Step {
  const isLowercasing =
    step.type === "Lowercase" || (step.type === "BertNormalizer" && step.lowercase === true);
  if (!isLowercasing) return step;
  const sigma = { type: "Replace", pattern: { String: "Σ" }, content: "σ" };
  return { type: "Sequence", normalizers: [sigma, step] };
}

/** @see https://github.com/openai/gpt-2/blob/master/src/encoder.py */
const byteLevelWords = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

function byteLevelRule(step: Step): Step {
  const isSplitting = step.type === "ByteLevel" && step.use_regex !== false;
  // The leading space is put before splitting, so such a step stays whole.
  if (!isSplitting || step.add_prefix_space !== false) return step;
  const split = {
    type: "Split",
    pattern: { Regex: byteLevelWords },
    behavior: "Isolated",
    invert: false,
  };
  return { type: "Sequence", pretokenizers: [split, { ...step, use_regex: false }] };
}
