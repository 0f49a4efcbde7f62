import { rankPairs } from "../../pairs/pair-ranking.ts";
import type { PairTable } from "../../pairs/pair-table.ts";

/** What calling pairs matches from a score on gives: one place per distinct score, highest first. */
export interface DecisionCurve {
  /** From which score on: half way to the next lower one, so that it does not hang on one pair. */
  readonly thresholds: Float64Array;
  /** Weight of pairs rightly called matches. */
  readonly right: Float64Array;
  /** Weight of pairs called matches. */
  readonly called: Float64Array;
  /** Weight of matches. */
  readonly matches: number;
}

/** Adds up pairs from the highest score down. */
export function decisionCurve({ scores, labels, weights, prior }: PairTable): DecisionCurve {
  const { order, ends } = rankPairs(scores);
  const thresholds = new Float64Array(ends.length);
  const right = new Float64Array(ends.length);
  const called = new Float64Array(ends.length);
  const sum = { right: 0, called: 0 };
  let from = 0;
  for (const [place, end] of ends.entries()) {
    for (const pair of order.subarray(from, end)) {
      sum.called += weights[pair] ?? 0;
      if (labels[pair]) sum.right += weights[pair] ?? 0;
    }
    const score = scores[order[from] ?? 0] ?? 0;
    const next = scores[order[end] ?? -1] ?? score;
    const middle = (score + next) / 2;
    // Of two neighbouring numbers the lower one may be the rounded middle.
    thresholds[place] = middle > next ? middle : score;
    right[place] = sum.right;
    called[place] = sum.called;
    from = end;
  }
  return { thresholds, right, called, matches: prior };
}
