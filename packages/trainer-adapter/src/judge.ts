import { type Judged, pairedInterval } from "@semblance/core";
import type { PairRanks } from "./rank-pairs.ts";
import type { ValidationPart } from "./validation-halves.ts";

/** A comparison with its verdict. */
export interface Verdict {
  readonly judged: Judged;
  readonly isBetter: boolean;
}

/** What {@link judge} compares. */
export interface JudgeOptions {
  readonly part: ValidationPart;
  /** By the same metric both. */
  readonly start: PairRanks;
  readonly candidate: PairRanks;
  readonly metric: string;
  readonly rule: "mean" | "significant";
  readonly seed: number;
}

/** Compares two heads by the metric's values of the judging half's queries. */
export function judge({ part, start, candidate, metric, rule, seed }: JudgeOptions): Verdict {
  const groups = [...part.textGroups, ...part.imageGroups];
  const rows = groups.flatMap((group, query) => {
    const before = start.values[query] ?? Number.NaN;
    const after = candidate.values[query] ?? Number.NaN;
    return Number.isNaN(before) || Number.isNaN(after) ? [] : [{ group, before, after }];
  });
  const queries = {
    start: Float64Array.from(rows, ({ before }) => before),
    candidate: Float64Array.from(rows, ({ after }) => after),
    groups: Uint32Array.from(rows, ({ group }) => group),
  };
  const sum = rows.reduce((total, { before, after }) => total + after - before, 0);
  const gain = rows.length === 0 ? 0 : sum / rows.length;
  const interval = pairedInterval({ ...queries, seed });
  const isSignificant = interval !== undefined && interval[0] > 0;
  return {
    judged: { metric, gain, ...(interval && { interval }), ...queries },
    isBetter: gain > 0 && (rule === "mean" || isSignificant),
  };
}
