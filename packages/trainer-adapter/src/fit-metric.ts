import {
  ConfigError,
  expectedReciprocalRank,
  type Grades,
  queryMetrics,
  type TieGroup,
} from "@semblance/core";

/** The measure by which heads are chosen and judged. */
export interface FitMetric {
  /** As the user wrote it. */
  readonly name: string;
  /** The one direction that it is about; absent: the queries of both. */
  readonly direction?: "t2i" | "i2t";
  /** Whether both directions weigh the same, however many queries they have. */
  readonly isSum: boolean;
  /** A query's value, greater is better: ranks are negated. */
  measure(groups: readonly TieGroup[], grades: Grades): number;
}

const usualCutoffs = [1, 5, 10];
const pattern =
  /^(?:(t2i|i2t)\.)?(?:(hit|recall|precision|mrr|map|ndcg)(?:@([1-9]\d{0,8}))?|meanr)$/;

/**
 * The metric of a name as core's `FitCommon.evalMetric` has it: `[t2i.|i2t.]FAMILY[@k]`, or `rsum`. `medr`
 * is none: a median's gain is not the mean of its queries' gains.
 *
 * @throws {@link ConfigError} `CONFIG_INVALID`
 */
export function parseFitMetric(name: string): FitMetric {
  if (name === "rsum") return { name, isSum: true, measure: sumOfHits };
  const match = pattern.exec(name);
  if (match === null) throw unknownMetric(name);
  const [, way, family = "meanr", k] = match;
  const measure = measureOf(family, k === undefined ? undefined : Number(k));
  const common = { name, isSum: false, measure };
  return way === "t2i" || way === "i2t" ? { ...common, direction: way } : common;
}

function measureOf(family: string, k: number | undefined): FitMetric["measure"] {
  if (family === "meanr") return (groups) => -expectedFirstRank(groups);
  if (family === "mrr" && k === undefined) return (groups) => expectedReciprocalRank(groups);
  const cutoffs = k === undefined ? usualCutoffs : [k];
  return (groups, grades) => meanAt(groups, grades, family, cutoffs);
}

function expectedFirstRank(groups: readonly TieGroup[]): number {
  return queryMetrics({ groups, grades: new Map(), cutoffs: [] }).rank ?? Number.NaN;
}

function meanAt(
  groups: readonly TieGroup[],
  grades: Grades,
  family: string,
  cutoffs: readonly number[],
): number {
  const metrics = queryMetrics({ groups, grades, cutoffs });
  const sum = cutoffs.reduce((total, k) => total + (metrics[`${family}@${k}`] ?? Number.NaN), 0);
  return sum / cutoffs.length;
}

function sumOfHits(groups: readonly TieGroup[], grades: Grades): number {
  return 100 * usualCutoffs.length * meanAt(groups, grades, "hit", usualCutoffs);
}

function unknownMetric(name: string): ConfigError {
  return new ConfigError({
    code: "CONFIG_INVALID",
    message: `Invalid fit options: evalMetric: expected a metric such as mrr, hit@10 or t2i.ndcg@5, found ${JSON.stringify(name)}.`,
    fix: "There are hit, recall, precision, mrr, map and ndcg, each with @k or without, rsum and meanr; t2i. or i2t. before it names one direction.",
  });
}
