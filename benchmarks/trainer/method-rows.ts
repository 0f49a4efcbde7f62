import { type Row, toRow } from "../measure.ts";
import { type QueryLine, scoreOf } from "./retrieval-scores.ts";
import type { FitOutcome } from "./run-fit.ts";

/** One method's fits, one for each seed. */
export interface MethodFits {
  readonly method: string;
  readonly outcomes: FitOutcome[];
  readonly queries: QueryLine[][];
}

/** The name of the start's own row. */
export const before = "start";

/** The metrics of the table's columns. */
export const metrics: readonly { readonly direction: "t2i" | "i2t"; readonly metric: string }[] = (
  ["t2i", "i2t"] as const
).flatMap((direction) => ["hit@1", "hit@5", "hit@10"].map((metric) => ({ direction, metric })));

/** The start's metrics on the test items; a row's range is the 95 % interval. */
export function beforeRows(start: string, queries: QueryLine[]): Row[] {
  return scoreRows(before, start, [queries]);
}

/** Time, speed and metrics of a method, over its seeds. */
export function methodRows(start: string, { method, outcomes, queries }: MethodFits): Row[] {
  const row = (name: string, unit: string, runs: readonly number[]) =>
    toRow({ system: method, case: `${start}.${name}`, unit }, runs);
  const rates = outcomes.flatMap(({ rate }) => rate ?? []);
  return [
    row(
      "seconds",
      "s",
      outcomes.map(({ seconds }) => seconds),
    ),
    ...(rates.length > 0 ? [row("images", "images/s", rates)] : []),
    row("kept", "of the seeds", [outcomes.filter(({ kept }) => kept !== "start").length]),
    ...scoreRows(method, start, queries),
  ];
}

function scoreRows(system: string, start: string, queries: readonly QueryLine[][]): Row[] {
  return metrics.map(({ direction, metric }) => {
    const { value, low, high } = scoreOf(queries, metric, direction);
    const name = `${start}.${direction}.${metric}`;
    const range = { min: low, max: high, n: queries.length };
    return { system, case: name, value, unit: "(95 % interval)", ...range };
  });
}
