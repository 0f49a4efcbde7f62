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
  readonly start: PairRanks;
  readonly candidate: PairRanks;
  readonly rule: "mean" | "significant";
  readonly seed: number;
}

/** Compares two heads by the reciprocal ranks of both directions on the judging half. */
export function judge({ part, start, candidate, rule, seed }: JudgeOptions): Verdict {
  const groups = [...part.textGroups, ...part.imageGroups];
  const [before, after] = [start, candidate].map(({ t2i, i2t }) => [
    ...t2i.reciprocal,
    ...i2t.reciprocal,
  ]);
  const rows = groups.flatMap((group, query) => {
    const [one, other] = [before?.[query] ?? Number.NaN, after?.[query] ?? Number.NaN];
    return Number.isNaN(one) || Number.isNaN(other)
      ? []
      : [{ group, start: one, candidate: other }];
  });
  const judgedQueries = {
    start: Float64Array.from(rows, (row) => row.start),
    candidate: Float64Array.from(rows, (row) => row.candidate),
    groups: Uint32Array.from(rows, (row) => row.group),
  };
  const sum = rows.reduce((total, row) => total + row.candidate - row.start, 0);
  const gain = rows.length === 0 ? 0 : sum / rows.length;
  const interval = pairedInterval({ ...judgedQueries, seed });
  const isSignificant = interval !== undefined && interval[0] > 0;
  return {
    judged: { metric: "mrr", gain, ...(interval && { interval }), ...judgedQueries },
    isBetter: gain > 0 && (rule === "mean" || isSignificant),
  };
}
