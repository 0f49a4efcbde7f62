import { checkTieMode, metricNames, type TieMode } from "@semblance/core";
import type { IndexedRun } from "./index-run.ts";
import type { Qrels, Run } from "./run.ts";

/** Options of {@link evaluateRun}: a run with its judgements, or both as `indexRun` read them. */
export type EvaluateRunOptions = RunMeasurement &
  ({ readonly qrels: Qrels; readonly run: Run } | { readonly indexed: IndexedRun });

/** How to measure a run. */
export interface RunMeasurement {
  /** Positive integers. @defaultValue `[1, 5, 10]` */
  readonly cutoffs?: readonly number[];
  /**
   * What becomes of documents with equal scores. `trec` does as trec_eval: it compares scores as
   * float32, and puts equal ones in descending order of their ids. @defaultValue `"expected"`
   */
  readonly ties?: TieMode;
  /**
   * What a query counts for that has relevant documents but none in the run: `zero` counts it as one
   * that found nothing (`trec_eval -c`), `skip` leaves it out. @defaultValue `"zero"`
   */
  readonly missingQueries?: "zero" | "skip";
}

/** The same with defaults filled in. */
export interface RunSettings {
  readonly cutoffs: readonly number[];
  /** Of core's `metricNames`. */
  readonly names: readonly string[];
  readonly ties: TieMode;
  readonly missingQueries: "zero" | "skip";
}

/** @throws RangeError for an option that is out of range. */
export function readRunOptions(options: RunMeasurement): RunSettings {
  const { cutoffs = [1, 5, 10], ties = "expected", missingQueries = "zero" } = options;
  checkTieMode(ties);
  if (missingQueries !== "zero" && missingQueries !== "skip") {
    throw new RangeError(
      `missingQueries must be "zero" or "skip", found ${String(missingQueries)}.`,
    );
  }
  const distinct = Array.from(new Set(cutoffs));
  return { cutoffs: distinct, names: metricNames(distinct), ties, missingQueries };
}
