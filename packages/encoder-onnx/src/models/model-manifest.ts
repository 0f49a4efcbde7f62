import { type HeadReference, headReference, type Scoring } from "@semblance/core";
import { z } from "zod";

/** `semblance.json`: what an exported model says about itself. */
export interface ModelManifest {
  readonly schema: 1;
  readonly name: string;
  /** Length of the vectors. */
  readonly dimension: number;
  readonly scoring: Scoring;
  /** By path relative to the model folder. */
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
  /** An adapter that belongs to the model. */
  readonly head?: HeadReference | null | undefined;
}

const scoring = z.object({
  kind: z.enum(["softmax", "sigmoid"]),
  logitScale: z.number().positive(),
  logitBias: z.number(),
  assumed: z.literal(true).exactOptional(),
});

/**
 * Schema of {@link ModelManifest}. Keys that this version does not know pass: a newer writer may add
 * facts. What would change the meaning of the known ones raises `schema`, and that is refused.
 */
export const modelManifest: z.ZodType<ModelManifest> = z.object({
  schema: z.literal(1),
  name: z.string().min(1),
  dimension: z.int().positive(),
  scoring,
  files: z.record(z.string(), z.object({ sha256: z.string(), bytes: z.int().nonnegative() })),
  head: headReference.nullish(),
});
