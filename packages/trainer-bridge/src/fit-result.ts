import type { FitResult } from "@semblance/core";
import { z } from "zod";
import { parseReply } from "./parse-reply.ts";

const metrics = z.record(z.string(), z.number());

// JSON has no NaN: a query without a value crosses as null.
const perQuery = z
  .array(z.number().nullable())
  .transform((values) => Float64Array.from(values, (value) => value ?? Number.NaN));

const resultSchema: z.ZodType<FitResult> = z.object({
  kept: z.enum(["start", "best", "average", "interpolated"]),
  alpha: z.number().exactOptional(),
  before: metrics,
  after: metrics,
  judged: z
    .object({
      metric: z.string(),
      gain: z.number(),
      interval: z.tuple([z.number(), z.number()]).nullish(),
      start: perQuery,
      candidate: perQuery,
      groups: z.array(z.number()).transform((groups) => Uint32Array.from(groups)),
    })
    .transform(({ interval, ...judged }) => (interval ? { ...judged, interval } : judged)),
  candidates: z
    .array(z.object({ name: z.string(), choosing: z.number().nullable() }))
    .exactOptional(),
  steps: z.number(),
  stopped: z.enum(["timeLimit", "maxSteps", "patience", "nonFinite", "aborted"]),
  timing: z.object({ fit: z.number(), export: z.number() }),
  failures: z.array(
    z.object({ index: z.number(), input: z.string(), code: z.string(), message: z.string() }),
  ),
  model: z.string(),
});

/** The result of a fit as Python left it, with its typed arrays again. @throws {@link TrainerError} `PROTOCOL` */
export function parseFitResult(value: unknown): FitResult {
  return parseReply(resultSchema, value, "fit result");
}
