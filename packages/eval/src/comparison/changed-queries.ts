import { withoutUndefined } from "@semblance/core";
import type { Answer, ChangedQuery } from "./comparison.ts";
import type { QueryPair } from "./pair-queries.ts";
import type { QueryLine } from "./query-line.ts";

const hitsShown = 3;

/** Queries that one result answers and the other does not. */
export interface ChangedQueries {
  readonly fixed: readonly ChangedQuery[];
  readonly broken: readonly ChangedQuery[];
}

/**
 * Finds the queries whose hit@k goes from a miss to a hit, or back; where ties leave it open, a
 * chance of ½ or more is a hit. Those whose first relevant item moves furthest come first.
 */
export function findChangedQueries(pairs: readonly QueryPair[], k: number): ChangedQueries {
  const fixed: ChangedQuery[] = [];
  const broken: ChangedQuery[] = [];
  for (const { a, b } of pairs) {
    if (isHit(a, k) === isHit(b, k)) continue;
    const { query, text, relevant } = a;
    const changed = withoutUndefined({ query, text, relevant, a: answerOf(a), b: answerOf(b) });
    (isHit(b, k) ? fixed : broken).push(changed);
  }
  fixed.sort((x, y) => moveOf(x) - moveOf(y));
  broken.sort((x, y) => moveOf(y) - moveOf(x));
  return { fixed, broken };
}

function isHit({ metrics }: QueryLine, k: number): boolean {
  return (metrics[`hit@${k}`] ?? 0) >= 0.5;
}

function answerOf({ metrics, hits }: QueryLine): Answer {
  return { rank: metrics.rank ?? Number.NaN, hits: hits.slice(0, hitsShown) };
}

// Below 0 where b has the relevant item further up.
function moveOf({ a, b }: ChangedQuery): number {
  return Math.log(b.rank) - Math.log(a.rank);
}
