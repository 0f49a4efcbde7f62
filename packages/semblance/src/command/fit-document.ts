import type { ItemFailure } from "@semblance/core";
import type { FitSummary } from "@semblance/matcher";
import { formatFit } from "./format-fit.ts";
import type { VerbResult } from "./run-verb.ts";

/** What a verb that ends with a fit's result writes; `rows` are the table's that could not be used. */
export function toFitResult(summary: FitSummary, rows: readonly ItemFailure[]): VerbResult {
  const { kept, before, after, steps, stopped, timing, model, gain } = summary;
  const failures = [...rows, ...summary.failures];
  return {
    document: { fit: { kept, before, after, steps, stopped, gain }, timing, failures, model },
    text: formatFit(summary),
    failures,
  };
}
