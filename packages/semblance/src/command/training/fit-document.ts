import { type ItemFailure, withoutUndefined } from "@semblance/core";
import type { FitSummary } from "@semblance/matcher";
import type { VerbResult } from "../run-verb.ts";
import { formatFit } from "./format-fit.ts";

/** What else {@link toFitResult} is told. */
export interface FitResultOptions {
  /** The table's rows that could not be used. */
  readonly rows: readonly ItemFailure[];
  /** Whether the text lists the candidates. */
  readonly verbose?: boolean | undefined;
}

/** What a verb that ends with a fit's result writes. */
export function toFitResult(
  summary: FitSummary,
  { rows, verbose = false }: FitResultOptions,
): VerbResult {
  const { kept, alpha, before, after, steps, stopped, timing, model, gain, candidates } = summary;
  const { metric } = summary.judged;
  const failures = [...rows, ...summary.failures];
  const fit = { kept, alpha, before, after, steps, stopped, metric, gain, candidates };
  return {
    document: { fit: withoutUndefined(fit), timing, failures, model },
    text: formatFit(summary, { showCandidates: verbose }),
    failures,
  };
}
