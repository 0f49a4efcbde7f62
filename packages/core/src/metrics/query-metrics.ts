import {
  expectedAveragePrecision,
  expectedFirstRank,
  expectedHit,
  expectedRelevant,
} from "./expected-metrics.ts";
import { expectedNdcg, exponentialGains, linearGains } from "./expected-ndcg.ts";
import type { Grades } from "./grades.ts";
import { expectedReciprocalRank } from "./reciprocal-ranks.ts";
import type { TieGroup } from "./tie-groups.ts";

/** What {@link queryMetrics} measures. */
export interface QueryMetricsOptions {
  /** Where the query's relevant items stand, best first: ties as they are, or from {@link orderTies}. */
  readonly groups: readonly TieGroup[];
  /** Of every relevant item, also of those that `groups` lacks because they were not retrieved. */
  readonly grades: Grades;
  /** Positive integers, each once. */
  readonly cutoffs: readonly number[];
}

const namesOnce = ["rank", "rprecision", "mapr"];
const namesPerCutoff = ["hit", "recall", "precision", "mrr", "map", "ndcg", "ndcg-exp"];

/**
 * The names of {@link queryMetrics}, in the order of {@link writeQueryMetrics}.
 *
 * @throws RangeError when a cut-off is not a positive integer, or comes twice.
 */
export function metricNames(cutoffs: readonly number[]): string[] {
  if (
    cutoffs.some((k) => !Number.isInteger(k) || k < 1) ||
    new Set(cutoffs).size < cutoffs.length
  ) {
    throw new RangeError(
      `cutoffs must be positive integers, each once, found [${cutoffs.join(", ")}].`,
    );
  }
  return [...namesOnce, ...cutoffs.flatMap((k) => namesPerCutoff.map((name) => `${name}@${k}`))];
}

/**
 * Every metric of one query that something is relevant to.
 *
 * - `rank`: of the first relevant item, from 1; `Infinity` when none was retrieved. All others are
 *   in [0, 1], and 0 then.
 * - `rprecision`: precision at R, R being the number of relevant items.
 * - `mapr`: average precision of the first R, over R (mAP@R: Musgrave et al., "A metric learning
 *   reality check", ECCV 2020).
 * - For each cut-off `hit@k`, `recall@k`, `precision@k`, `mrr@k`, `map@k`, `ndcg@k` (gain = grade)
 *   and `ndcg-exp@k` (gain = 2^grade − 1).
 */
export function queryMetrics(options: QueryMetricsOptions): Record<string, number> {
  const names = metricNames(options.cutoffs);
  const row = new Float64Array(names.length);
  writeQueryMetrics(options, row);
  return Object.fromEntries(names.map((name, i) => [name, row[i] ?? Number.NaN]));
}

/**
 * Writes the metrics of one query into a row of a table, in the order of {@link metricNames}: for
 * many queries, where a record for each would be large and slow.
 *
 * @param row - As long as there are names; a `subarray` of the table.
 */
export function writeQueryMetrics(options: QueryMetricsOptions, row: Float64Array): void {
  const { groups, grades, cutoffs } = options;
  const relevant = grades.size;
  const linear = linearGains(groups, grades);
  const exponential = exponentialGains(groups, grades);
  row[0] = expectedFirstRank(groups);
  row[1] = expectedRelevant(groups, relevant) / relevant;
  row[2] = expectedAveragePrecision(groups, relevant) / relevant;
  let at = namesOnce.length;
  for (const k of cutoffs) {
    const found = expectedRelevant(groups, k);
    row[at] = expectedHit(groups, k);
    row[at + 1] = found / relevant;
    row[at + 2] = found / k;
    row[at + 3] = expectedReciprocalRank(groups, k);
    row[at + 4] = expectedAveragePrecision(groups, k) / relevant;
    row[at + 5] = expectedNdcg(groups, linear, k);
    row[at + 6] = expectedNdcg(groups, exponential, k);
    at += namesPerCutoff.length;
  }
}

/**
 * Whether the order of tied items decides what the query scores: a relevant item has exactly the
 * score of an item of another grade, or of one that is not relevant.
 *
 * @param groups - With ties as they are.
 */
export function dependsOnTies(groups: readonly TieGroup[], grades: Grades): boolean {
  return groups.some(({ size, relevant }) => {
    if (size > relevant.length) return true;
    return relevant.some((item) => grades.get(item) !== grades.get(relevant[0] ?? item));
  });
}
