import { type FileFitSpec, parseConfig } from "@semblance/core";
import { z } from "zod";
import { type Hyperparameters, hyperparameters } from "./hyperparameters.ts";

/** The part of a fit's specification that Python reads as it is. */
export interface FitOptions {
  readonly timeLimit: number | null;
  readonly seed: number;
  readonly method: string;
  readonly neverWorse: "mean" | "significant";
  readonly evalMetric: string;
  readonly resume: boolean;
  readonly hyperparameters: Hyperparameters;
}

// Python knows the same names: metric.py.
const metricName =
  /^(rsum|((t2i|i2t)\.)?((hit|recall|precision|mrr|map|ndcg)(@[1-9]\d{0,8})?|medr|meanr))$/;

const fitOptions = z.strictObject({
  timeLimit: z.number().positive().nullable().default(null),
  seed: z.int().nonnegative(),
  method: z.enum(["full", "lora", "lit", "bitfit"]).default("full"),
  neverWorse: z.enum(["mean", "significant"]).default("mean"),
  evalMetric: z
    .string()
    .regex(metricName, { error: "expected a metric such as mrr, hit@10 or t2i.ndcg@5" })
    .default("mrr"),
  resume: z.boolean().default(false),
  hyperparameters: hyperparameters.prefault({}),
});

/** Fills in the defaults. @throws {@link ConfigError} `CONFIG_INVALID` */
export function parseFitOptions(spec: FileFitSpec): FitOptions {
  const { timeLimit, seed, method, neverWorse, evalMetric, resume, hyperparameters } = spec;
  const given = { timeLimit, seed, method, neverWorse, evalMetric, resume, hyperparameters };
  return parseConfig(fitOptions, given, "fit options");
}
