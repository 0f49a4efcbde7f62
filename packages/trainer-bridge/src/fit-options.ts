import { type FileFitSpec, parseConfig } from "@semblance/core";
import { z } from "zod";
import { type Hyperparameters, hyperparameters } from "./hyperparameters.ts";

/** The part of a fit's specification that Python reads as it is. */
export interface FitOptions {
  readonly timeLimit: number | null;
  readonly seed: number;
  readonly method: string;
  readonly neverWorse: "mean" | "significant";
  readonly resume: boolean;
  readonly hyperparameters: Hyperparameters;
}

const fitOptions = z.strictObject({
  timeLimit: z.number().positive().nullable().default(null),
  seed: z.int().nonnegative(),
  method: z.enum(["full"]).default("full"),
  neverWorse: z.enum(["mean", "significant"]).default("mean"),
  resume: z.boolean().default(false),
  hyperparameters: hyperparameters.prefault({}),
});

/** Fills in the defaults. @throws {@link ConfigError} `CONFIG_INVALID` */
export function parseFitOptions(spec: FileFitSpec): FitOptions {
  const { timeLimit, seed, method, neverWorse, resume, hyperparameters } = spec;
  const given = { timeLimit, seed, method, neverWorse, resume, hyperparameters };
  return parseConfig(fitOptions, given, "fit options");
}
