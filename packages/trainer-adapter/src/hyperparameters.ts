import { type EmbeddingFitSpec, parseConfig } from "@semblance/core";
import { z } from "zod";
import { type FitMetric, parseFitMetric } from "./fit-metric.ts";

/** How to fit a head. */
export interface AdapterHyperparameters {
  /**
   * Which tower gets the head. With `"text"` the gallery is locked: stored image vectors stay valid.
   * `"both"` changes them, too.
   */
  readonly tower: "text" | "image" | "both";
  /** Rank of a residual, `x + A B x`; `null`: a full matrix, with the closed form as its start. */
  readonly rank: number | null;
  /** Strengths of the pull to the identity that the closed form is tried with; none: it is left out. */
  readonly ridge: readonly number[];
  /** Peak of the schedule. */
  readonly learningRate: number;
  /** Images a step, each with one of its texts. */
  readonly batchSize: number;
  /** Of Adam: how strongly the head is pulled to the identity. */
  readonly weightDecay: number;
  /** Fraction of the steps in which the rate rises from 0. */
  readonly warmup: number;
  /** Updates after which training stops; 0: the closed form alone. */
  readonly maxSteps: number;
  /** Steps between evaluations. */
  readonly evaluationSteps: number;
  /** Evaluations without improvement after which training stops; `null`: never. */
  readonly patience: number | null;
  /** Multiplier of similarities in the loss; `null`: the model's own. */
  readonly logitScale: number | null;
  /** Decides batches; `null`: the fit's own seed. */
  readonly seed: number | null;
}

/** What the user writes: any of {@link AdapterHyperparameters}. */
export type AdapterConfig = Partial<AdapterHyperparameters>;

const count = z.int().positive();
const seed = z.int().nonnegative().max(0xffffffff);

/** The schema of `hyperparameters`: defaults, ranges, and a description of each. */
export const adapterHyperparameters: z.ZodType<AdapterHyperparameters> = z.strictObject({
  tower: z
    .enum(["text", "image", "both"])
    .default("text")
    .describe("Which tower gets the head; with text, stored image vectors stay valid."),
  rank: count
    .nullable()
    .default(null)
    .describe("Rank of a residual; null: a full matrix, with the closed form as its start."),
  ridge: z
    .array(z.number().positive())
    .default([0.1, 0.3, 1, 3, 10, 30])
    .describe("Strengths of the pull to the identity that the closed form is tried with."),
  learningRate: z.number().positive().default(1e-3).describe("Peak of the learning rate."),
  batchSize: count.default(256).describe("Images a step, each with one of its texts."),
  weightDecay: z
    .number()
    .nonnegative()
    .default(0.1)
    .describe("How strongly Adam's head is pulled to the identity."),
  warmup: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe("Fraction of the steps in which the rate rises from 0."),
  maxSteps: z
    .int()
    .nonnegative()
    .default(100)
    .describe("Updates after which training stops; 0: the closed form alone."),
  evaluationSteps: count.default(10).describe("Steps between evaluations."),
  patience: count
    .nullable()
    .default(4)
    .describe("Evaluations without improvement after which training stops."),
  logitScale: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("Multiplier of similarities in the loss; null: the model's own."),
  seed: seed.nullable().default(null).describe("Decides batches; null: the fit's own seed."),
});

/** A fit's options with all defaults filled in. */
export interface AdapterFitOptions {
  readonly timeLimit?: number | undefined;
  readonly seed: number;
  readonly neverWorse: "mean" | "significant";
  /** By which heads are chosen and judged. */
  readonly metric: FitMetric;
  readonly hyperparameters: AdapterHyperparameters;
}

const fitOptions: z.ZodType<Omit<AdapterFitOptions, "metric">> = z.strictObject({
  timeLimit: z.number().positive().optional(),
  seed,
  method: z.literal("adapter").default("adapter"),
  neverWorse: z.enum(["mean", "significant"]).default("mean"),
  hyperparameters: adapterHyperparameters,
});

/** @throws {@link ConfigError} `CONFIG_INVALID` */
export function parseAdapterConfig(config: AdapterConfig): AdapterHyperparameters {
  return parseConfig(adapterHyperparameters, config, "adapter config");
}

/** A fit's own settings over the trainer's. @throws {@link ConfigError} `CONFIG_INVALID` */
export function parseFitOptions(
  spec: EmbeddingFitSpec,
  defaults: AdapterHyperparameters,
): AdapterFitOptions {
  const { timeLimit, seed, method, neverWorse, evalMetric = "mrr" } = spec;
  const hyperparameters = { ...defaults, ...spec.hyperparameters };
  const given = { timeLimit, seed, method, neverWorse, hyperparameters };
  const metric = parseFitMetric(evalMetric);
  return { ...parseConfig(fitOptions, given, "fit options"), metric };
}
