import {
  expectedAveragePrecision,
  expectedFirstRank,
  expectedHit,
  expectedNdcg,
  expectedRelevant,
  type Grades,
} from "./expected-metrics.ts";
import { expectedReciprocalRank } from "./reciprocal-ranks.ts";
import type { TieGroup } from "./tie-groups.ts";

/** What {@link queryMetrics} measures. */
export interface QueryMetricsOptions {
  /** Where the query's relevant items stand, best first. */
  readonly groups: readonly TieGroup[];
  readonly grades: Grades;
  readonly cutoffs: readonly number[];
}

/**
 * Every metric of one query: `rank` (of the first relevant item, from 1), then for each cut-off
 * `hit@k`, `recall@k`, `precision@k`, `mrr@k`, `map@k` and `ndcg@k`, all in [0, 1].
 */
export function queryMetrics(options: QueryMetricsOptions): Record<string, number> {
  const { groups, grades, cutoffs } = options;
  const metrics: Record<string, number> = { rank: expectedFirstRank(groups) };
  for (const k of cutoffs) {
    const found = expectedRelevant(groups, k);
    metrics[`hit@${k}`] = expectedHit(groups, k);
    metrics[`recall@${k}`] = found / grades.size;
    metrics[`precision@${k}`] = found / k;
    metrics[`mrr@${k}`] = expectedReciprocalRank(groups, k);
    metrics[`map@${k}`] = expectedAveragePrecision(groups, k);
    metrics[`ndcg@${k}`] = expectedNdcg(groups, grades, k);
  }
  return metrics;
}

/**
 * Whether the order of tied items decides what the query scores: a relevant item has exactly the
 * score of an item of another grade, or of one that is not relevant.
 */
export function dependsOnTies(groups: readonly TieGroup[], grades: Grades): boolean {
  return groups.some(({ size, relevant }) => {
    if (size > relevant.length) return true;
    return relevant.some((item) => grades.get(item) !== grades.get(relevant[0] ?? item));
  });
}
