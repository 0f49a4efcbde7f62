import { checkResampling, checkValues } from "@semblance/core";
import { swappedTotals } from "./swapped-totals.ts";

/** Options of {@link randomizationTest}. */
export interface RandomizationTestOptions {
  /** One value per query; `NaN` in either leaves the query out of both. */
  readonly start: Float64Array;
  /** The same queries, in the same order. */
  readonly candidate: Float64Array;
  /** The cluster of each query. */
  readonly groups: Uint32Array;
  /** How often to swap. @defaultValue 10000 */
  readonly resamples?: number;
  /** An integer in [0, 2³²). @defaultValue 0 */
  readonly seed?: number;
}

/** What {@link randomizationTest} found. */
export interface RandomizationTestResult {
  /** The chance of a difference at least as large, up or down, if there were none, in (0, 1]. */
  readonly p: number;
  /** Whether all ways to swap were tried; otherwise `p` is (1 + as large) / (1 + resamples). */
  readonly isExact: boolean;
}

/**
 * Paired randomisation test of the mean difference between two runs over the same queries,
 * two-sided: if it were chance which run is which, how often would they be as far apart as they are?
 * Whole clusters are swapped.
 *
 * @throws RangeError when the lengths differ, for an infinite value, or for a bad `resamples` or `seed`.
 * @see Smucker, Allan & Carterette, "A comparison of statistical significance tests for information
 * retrieval evaluation", CIKM 2007.
 */
export function randomizationTest(options: RandomizationTestOptions): RandomizationTestResult {
  const { start, candidate, groups, resamples = 10_000, seed = 0 } = options;
  checkResampling({ resamples, seed });
  if (start.length !== candidate.length || start.length !== groups.length) {
    const found = `${start.length} start, ${candidate.length} candidate and ${groups.length} groups`;
    throw new RangeError(`Expected one of each per query, found ${found}.`);
  }
  checkValues(start);
  checkValues(candidate);
  const sums = new Map<number, number>();
  for (const [query, group] of groups.entries()) {
    const gain = (candidate[query] ?? 0) - (start[query] ?? 0);
    if (!Number.isNaN(gain)) sums.set(group, (sums.get(group) ?? 0) + gain);
  }
  const table = Float64Array.from(sums.values());
  const seen = table.reduce((sum, value) => sum + value, 0);
  const { isExact, draws } = swappedTotals({ table, columns: 1, resamples, seed });
  const counter = createExtremeCounter(
    seen,
    table.reduce((sum, value) => sum + Math.abs(value), 0),
  );
  for (const [total = 0] of draws) counter.add(total);
  return { p: counter.p(isExact), isExact };
}

/** Counts the draws that are at least as far from 0 as what was seen; if that is NaN, all of them. */
export interface ExtremeCounter {
  add(value: number): void;
  /** The p-value; of random draws, what was seen counts as one more. */
  p(isExact: boolean): number;
}

/** @param magnitude - Of what is added up: how large rounding can be. */
export function createExtremeCounter(seen: number, magnitude: number): ExtremeCounter {
  const bound = Math.abs(seen) - 1e-12 * magnitude;
  let draws = 0;
  let extreme = 0;
  return {
    add(value) {
      draws++;
      if (!(Math.abs(value) < bound)) extreme++;
    },
    p: (isExact) => (isExact ? extreme / draws : (1 + extreme) / (1 + draws)),
  };
}
