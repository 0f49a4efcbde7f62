import { z } from "zod";

/** Which captions count as hard negatives of an image; named after sentence-transformers'. */
export interface HardNegatives {
  /** So many of those that the other rules leave are skipped, the most similar ones. */
  readonly rangeMin: number;
  /** So many of the captions most similar to an image, its own left out, may be. */
  readonly rangeMax: number;
  /** Lower bound of the cosine similarity; `null`: none. */
  readonly minScore: number | null;
  /** Upper bound of the cosine similarity; `null`: none. */
  readonly maxScore: number | null;
  /** By how much a score must be below that of the image's own caption; `null`: not at all. */
  readonly absoluteMargin: number | null;
  /** A score is at most `1 - relativeMargin` times that of the image's own caption. */
  readonly relativeMargin: number | null;
  /** So many of them are packed into an image's batch. */
  readonly perItem: number;
  /** Whether to take the most similar ones or any. */
  readonly sampling: "top" | "random";
  /** Epochs between two searches. */
  readonly every: number;
}

const count = z.int().positive();
const score = z.number().nullable();
const margin = z.number().nonnegative().nullable();

/** The schema of `hyperparameters.hardNegatives`. */
export const hardNegatives: z.ZodType<HardNegatives> = z
  .strictObject({
    rangeMin: z.int().nonnegative().default(0).describe("Of what is left, skipped."),
    rangeMax: count.default(100).describe("Of the most similar, candidates."),
    minScore: score.default(null).describe("Lower bound of the cosine similarity."),
    maxScore: score.default(null).describe("Upper bound of the cosine similarity."),
    absoluteMargin: margin
      .default(null)
      .describe("By how much a score must be below that of the image's own caption."),
    relativeMargin: margin
      .default(0.05)
      .describe("A score is at most 1 - this times that of the image's own caption."),
    perItem: count.default(3).describe("So many of them are packed into an image's batch."),
    sampling: z.enum(["top", "random"]).default("top").describe("The most similar ones, or any."),
    every: count.default(1).describe("Epochs between two searches."),
  })
  .refine(({ rangeMin, rangeMax }) => rangeMin < rangeMax, {
    path: ["rangeMax"],
    error: "expected more than rangeMin",
  });
