import type { Grades } from "./grades.ts";
import type { TieGroup } from "./tie-groups.ts";

/** The gains of one query. */
export interface ExpectedGains {
  /** By group: what each of its places expects, which is the group's mean. */
  readonly perPlace: readonly number[];
  /** Of every relevant item, highest first: the best possible order. */
  readonly best: readonly number[];
}

/**
 * Gain = grade, as in trec_eval.
 *
 * @see Järvelin & Kekäläinen, "Cumulated gain-based evaluation of IR techniques", ACM TOIS 20 (2002).
 */
export function linearGains(groups: readonly TieGroup[], grades: Grades): ExpectedGains {
  return gainsOf(groups, grades, (grade) => grade);
}

/**
 * Gain = 2^grade − 1, each over the same power of two: nDCG is the same, and no grade is too high.
 *
 * @see Burges et al., "Learning to rank using gradient descent", ICML 2005.
 */
export function exponentialGains(groups: readonly TieGroup[], grades: Grades): ExpectedGains {
  let highest = 0;
  for (const grade of grades.values()) highest = Math.max(highest, grade);
  return gainsOf(groups, grades, (grade) => oneMinusPower(grade) * 2 ** (grade - highest));
}

// 1 − 2^−grade: exact for whole grades, and not 0 for a grade near it.
function oneMinusPower(grade: number): number {
  return grade < 1 ? -Math.expm1(-grade * Math.LN2) : 1 - 2 ** -grade;
}

function gainsOf(
  groups: readonly TieGroup[],
  grades: Grades,
  gain: (grade: number) => number,
): ExpectedGains {
  const perPlace: number[] = [];
  for (const { size, relevant } of groups) {
    let sum = 0;
    for (const item of relevant) sum += gain(grades.get(item) ?? 0);
    perPlace.push(sum / size);
  }
  const best: number[] = [];
  for (const grade of grades.values()) best.push(gain(grade));
  return { perPlace, best: best.sort((a, b) => b - a) };
}

/**
 * Normalised discounted cumulative gain of the first `k`, in [0, 1]: discount 1 / log2(place + 1),
 * divided by the same sum of the best possible order, also cut at `k` (trec_eval's `ndcg_cut_k`).
 */
export function expectedNdcg(groups: readonly TieGroup[], gains: ExpectedGains, k: number): number {
  let gained = 0;
  for (let i = 0; i < groups.length; i++) {
    const { above, size } = groups[i] as TieGroup;
    gained += (gains.perPlace[i] as number) * discounts(above, Math.min(above + size, k));
  }
  let ideal = 0;
  const reached = Math.min(k, gains.best.length);
  for (let i = 0; i < reached; i++) ideal += (gains.best[i] as number) * discounts(i, i + 1);
  return gained / ideal;
}

// The discounts of places from + 1 … to.
function discounts(from: number, to: number): number {
  let sum = 0;
  for (let place = from + 1; place <= to; place++) sum += 1 / Math.log2(place + 1);
  return sum;
}
