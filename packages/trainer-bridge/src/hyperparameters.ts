import { parseConfig } from "@semblance/core";
import { z } from "zod";
import { type HardNegatives, hardNegatives } from "./hard-negatives.ts";

/** How to train. Python reads the same names, with the same defaults. */
export interface Hyperparameters {
  /** Peak of the schedule; `"auto"` tells fine-tuning from pre-training by the start's own rank. */
  readonly learningRate: number | "auto";
  /** Images a step, each with one caption. */
  readonly batchSize: number;
  /** Images encoded at a time: the same gradients in less memory (GradCache); `null`: all. */
  readonly miniBatchSize: number | null;
  /** Of AdamW, on matrices alone. */
  readonly weightDecay: number;
  /** Fraction of the steps in which the rate rises from 0. */
  readonly warmup: number;
  /** Each layer's rate is that of the next one times this; 1: all the same. */
  readonly layerDecay: number;
  /** Decay of the weights' running average, then evaluated and kept in their place; `null`: none. */
  readonly ema: number | null;
  /** In which the towers compute; `"auto"`: bf16 or fp16 on CUDA, else fp32. */
  readonly precision: "auto" | "fp32" | "bf16" | "fp16";
  /** Of the adapters of method `"lora"`. */
  readonly loraRank: number;
  /** Adapters are multiplied with `loraAlpha / loraRank`. */
  readonly loraAlpha: number;
  /** Share of an adapter's inputs that is left out in training. */
  readonly loraDropout: number;
  /** `"auto"`: InfoNCE for CLIP, the sigmoid loss for SigLIP, as each was trained. */
  readonly loss: "auto" | "infonce" | "sigmoid";
  /** Updates after which training stops; `null`: the time limit decides. */
  readonly maxSteps: number | null;
  /** Seconds between evaluations; `null`: an eighth of the time limit. */
  readonly evaluationInterval: number | null;
  /** Evaluations without improvement after which training stops; `null`: never. */
  readonly patience: number | null;
  /** Largest L2 norm of the gradient. */
  readonly gradientClip: number;
  /** Upper bound of the exponential of the logit scale. */
  readonly maxLogitScale: number;
  /** Training images are resized to size · (1 + margin) and cropped at random. */
  readonly cropMargin: number;
  /** Shows half of the images mirrored, but for captions that name left or right. */
  readonly mirror: boolean;
  /** Packs captions that an image is taken for into its batch; `{}`: by the default rules. */
  readonly hardNegatives: HardNegatives | null;
  /** Largest size of decoded training images on disk; above it each epoch decodes them anew. */
  readonly cacheBytes: number;
  /** Decides batches, captions and crops; `null`: the fit's own seed. */
  readonly seed: number | null;
  /** CPU threads; `null`: PyTorch's default. */
  readonly threads: number | null;
  /** So many of the best checkpoints are kept; their average is a candidate. */
  readonly averageTop: number;
}

/** What the user writes: any of {@link Hyperparameters}. */
export type HyperparametersInput = Partial<Omit<Hyperparameters, "hardNegatives">> & {
  readonly hardNegatives?: Partial<HardNegatives> | null;
};

const count = z.int().positive();

/** The schema of `hyperparameters`: defaults, ranges, and a description of each. */
export const hyperparameters: z.ZodType<Hyperparameters> = z.strictObject({
  learningRate: z
    .union([z.number().positive(), z.literal("auto")], {
      error: 'expected a number above 0 or "auto"',
    })
    .default("auto")
    .describe("Peak of the learning rate, or auto."),
  batchSize: count.default(64).describe("Images a step, each with one caption."),
  miniBatchSize: count
    .nullable()
    .default(null)
    .describe("Images encoded at a time, for the same gradients in less memory; null: all."),
  weightDecay: z.number().nonnegative().default(0.1).describe("Of AdamW, on matrices alone."),
  warmup: z
    .number()
    .min(0)
    .max(1)
    .default(0.1)
    .describe("Fraction of the steps in which the rate rises from 0."),
  layerDecay: z
    .number()
    .positive()
    .max(1)
    .default(1)
    .describe("Each layer's rate is that of the next one times this."),
  ema: z
    .number()
    .min(0)
    .lt(1)
    .nullable()
    .default(null)
    .describe("Decay of the weights' running average, which is then what is evaluated and kept."),
  precision: z
    .enum(["auto", "fp32", "bf16", "fp16"])
    .default("auto")
    .describe("In which the towers compute; auto: bf16 or fp16 on CUDA, else fp32."),
  loraRank: count.default(16).describe("Of the adapters of method lora."),
  loraAlpha: count.default(32).describe("Adapters are multiplied with loraAlpha / loraRank."),
  loraDropout: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe("Share of an adapter's inputs that is left out in training."),
  loss: z
    .enum(["auto", "infonce", "sigmoid"])
    .default("auto")
    .describe("InfoNCE, or the sigmoid loss of SigLIP models; auto: the model's own."),
  maxSteps: count.nullable().default(null).describe("Updates after which training stops."),
  evaluationInterval: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("Seconds between evaluations; null: an eighth of the time limit."),
  patience: count
    .nullable()
    .default(null)
    .describe("Evaluations without improvement after which training stops."),
  gradientClip: z.number().positive().default(1).describe("Largest L2 norm of the gradient."),
  maxLogitScale: z
    .number()
    .min(1)
    .default(100)
    .describe("Upper bound of the exponential of the logit scale."),
  cropMargin: z
    .number()
    .min(0)
    .max(1)
    .default(0.125)
    .describe("Training images are resized to size · (1 + margin) and cropped at random."),
  mirror: z
    .boolean()
    .default(false)
    .describe("Shows half of the images mirrored, but for captions that name left or right."),
  hardNegatives: hardNegatives
    .nullable()
    .default(null)
    .describe("Packs captions that an image is taken for into its batch."),
  cacheBytes: z
    .int()
    .nonnegative()
    .default(2 ** 34)
    .describe("Largest size of decoded training images on disk; above it each epoch decodes them."),
  seed: z
    .int()
    .nonnegative()
    .max(0xffffffff)
    .nullable()
    .default(null)
    .describe("Decides batches, captions and crops; null: the fit's own seed."),
  threads: count.nullable().default(null).describe("CPU threads; null: PyTorch's default."),
  averageTop: count
    .max(100)
    .default(3)
    .describe("So many of the best checkpoints are kept; their average is a candidate."),
});

/** @throws {@link ConfigError} `CONFIG_INVALID`, naming the hyperparameter that does not fit. */
export function parseHyperparameters(value: unknown): Hyperparameters {
  return parseConfig(hyperparameters, value, "hyperparameters");
}
