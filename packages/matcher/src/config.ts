import { type Encoder, type ModelProvider, parseConfig, type Trainer } from "@semblance/core";
import { z } from "zod";
import type { ColumnSpec } from "./data/columns.ts";
import type { LabelValue } from "./data/match-labels.ts";

/** A metric family that evaluation reports at each cut-off. */
type EvalMetric = "hit" | "recall" | "precision" | "mrr" | "map" | "ndcg";

/** What {@link createMatcher} accepts. */
export interface MatcherConfig {
  /** What is learned; the only kind. @defaultValue `"imageTextSimilarity"` */
  readonly problemType?: "imageTextSimilarity" | undefined;
  /** What evaluate's `score` is the mean of, over cut-offs and directions. @defaultValue `"recall"` */
  readonly evalMetric?: EvalMetric | undefined;
  /** The column that asks; its name suffices where name or data say what it holds. */
  readonly query: string | ColumnSpec;
  /** The column that answers. */
  readonly response: string | ColumnSpec;
  /** The column that grades pairs, where there is one. @defaultValue `"relevance"` */
  readonly label?: string | undefined;
  /**
   * The label column's value that says that a pair is a match: `"duplicate"`; every other value is no
   * match. @defaultValue the column holds numbers, and what is above 0 is a match
   */
  readonly matchLabel?: LabelValue | undefined;
  /** What `predict` calls a pair that is no match, where its data do not show it. */
  readonly noMatchLabel?: LabelValue | undefined;
  /** A model for the provider to open; instead of `encoder`. */
  readonly model?: string | undefined;
  readonly encoder?: Encoder | undefined;
  readonly provider?: ModelProvider | undefined;
  readonly trainer?: Trainer | undefined;
  /** Decides splits, batches and resampling; below 2³². @defaultValue 0 */
  readonly seed?: number | undefined;
  /** Items that go through the model at once. @defaultValue the encoder's */
  readonly batchSize?: number | undefined;
}

/** {@link MatcherConfig} with defaults filled in. */
export interface MatcherSettings extends MatcherConfig {
  readonly problemType: "imageTextSimilarity";
  readonly evalMetric: EvalMetric;
  readonly label: string;
  readonly seed: number;
}

/** The relevance column that need not be there. */
export const defaultLabel = "relevance";

const column = z.union([
  z.string().min(1),
  z.strictObject({ column: z.string().min(1), type: z.enum(["image", "text"]) }),
]);

const labelValue = z.union([z.string(), z.number(), z.boolean()]).optional();

const saved = {
  problemType: z.literal("imageTextSimilarity").default("imageTextSimilarity"),
  evalMetric: z.enum(["hit", "recall", "precision", "mrr", "map", "ndcg"]).default("recall"),
  query: column,
  response: column,
  label: z.string().min(1).default(defaultLabel),
  matchLabel: labelValue,
  noMatchLabel: labelValue,
  seed: z.int().nonnegative().max(0xffffffff).default(0),
};

const savedSchema = z.strictObject({ schema: z.literal(1), ...saved });

const schema: z.ZodType<MatcherSettings, MatcherConfig> = z.strictObject({
  ...saved,
  model: z.string().min(1).optional(),
  encoder: plugin<Encoder>("an Encoder", ["scoring", "dimension"]),
  provider: plugin<ModelProvider>("a ModelProvider", ["open"]),
  trainer: plugin<Trainer>("a Trainer", ["needs", "fit"]),
  batchSize: z.int().positive().optional(),
});

// A plugin crosses as the object it is: zod looks whether it could be one, and changes nothing.
function plugin<T>(name: string, members: readonly string[]) {
  const isLikely = (value: unknown) =>
    typeof value === "object" && value !== null && members.every((member) => member in value);
  return z.custom<T>(isLikely, { error: `expected ${name}` }).optional();
}

/** @throws {@link ConfigError} for options that do not fit. */
export function parseMatcherConfig(config: unknown): MatcherSettings {
  return parseConfig(schema, config, "matcher options");
}

/** The settings that outlive the process, without plugins. */
export type SavedSettings = Pick<
  MatcherSettings,
  | "problemType"
  | "evalMetric"
  | "query"
  | "response"
  | "label"
  | "matchLabel"
  | "noMatchLabel"
  | "seed"
>;

/** What of the settings is saved. */
export function savedSettings(settings: MatcherSettings): SavedSettings {
  const { problemType, evalMetric, query, response, label, matchLabel, noMatchLabel, seed } =
    settings;
  return { problemType, evalMetric, query, response, label, matchLabel, noMatchLabel, seed };
}

/** @throws {@link ConfigError} for a file that does not fit. */
export function parseSavedSettings(value: unknown, path: string): SavedSettings {
  const { schema: _, ...settings } = parseConfig(savedSchema, value, path);
  return settings;
}
