import { withoutUndefined } from "../without-undefined.ts";
import type { Interval } from "./interval.ts";
import { checkResampling, checkValues, resampledTotals } from "./resample.ts";
import { resampledInterval } from "./resampled-interval.ts";

/** Options of {@link bootstrapInterval}. */
export interface BootstrapOptions {
  /** One value per query; `NaN` leaves a query out. */
  readonly values: Float64Array;
  /** The cluster of each query: queries that share an image or a text are not independent. */
  readonly groups: Uint32Array;
  /** How often to resample. @defaultValue 2000 */
  readonly resamples?: number;
  /** An integer in [0, 2³²); the same seed gives the same interval. @defaultValue 0 */
  readonly seed?: number;
  /**
   * The least and the greatest value there can be: `[0, 1]` for shares. With it an interval has a
   * width also when every value is the least, or every one the greatest. @defaultValue none
   */
  readonly range?: Interval;
}

/**
 * 95 % interval of the mean over queries: bootstrap, clustered by group.
 *
 * As many groups as there are get drawn with replacement, each with all its queries; the mean is
 * taken over the queries drawn, and {@link resampledInterval} reads the interval from these means:
 * bias-corrected percentiles, moved outwards for few groups; Wilson's interval where all values lie
 * at one end of `range`; no width where all are alike otherwise.
 *
 * @returns `undefined` for fewer than two groups, which say nothing about how groups vary.
 * @throws RangeError when `values` and `groups` differ in length, for an infinite value, or for a bad
 * `resamples` or `seed`.
 * @see Efron & Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13 (percentile
 * intervals); Field & Welsh, "Bootstrapping clustered data", JRSS B 69 (2007).
 */
export function bootstrapInterval(options: BootstrapOptions): Interval | undefined {
  const { values, groups, resamples = 2000, seed = 0, range } = options;
  checkResampling({ resamples, seed });
  checkLengths({ values, groups });
  checkValues(values);
  const table = sumsAndCounts(values, groups);
  if (table.length <= 2) return undefined;
  const means = new Float64Array(resamples);
  let resample = 0;
  for (const [sum = 0, count = 0] of resampledTotals({ table, columns: 2, resamples, seed })) {
    means[resample++] = sum / count;
  }
  const known = values.filter((value) => !Number.isNaN(value));
  const estimate = known.reduce((sum, value) => sum + value, 0) / known.length;
  const clusters = table.length / 2;
  return resampledInterval(withoutUndefined({ samples: means, estimate, clusters, range }));
}

/** Options of {@link pairedInterval}. */
export interface PairedOptions extends Omit<BootstrapOptions, "values" | "range"> {
  /** One value per query; `NaN` in either leaves the query out of both. */
  readonly start: Float64Array;
  /** The same queries, in the same order. */
  readonly candidate: Float64Array;
}

/**
 * 95 % interval of the mean of candidate − start over the same queries, as {@link bootstrapInterval}.
 * Where it lies above 0 the candidate is better beyond what the choice of queries explains.
 *
 * @throws RangeError when the lengths differ, for an infinite value, or for a bad `resamples` or `seed`.
 */
export function pairedInterval(options: PairedOptions): Interval | undefined {
  const { start, candidate, ...rest } = options;
  checkLengths({ start, candidate });
  checkValues(start);
  checkValues(candidate);
  const values = start.map((value, query) => (candidate[query] ?? Number.NaN) - value);
  return bootstrapInterval({ values, ...rest });
}

// One row per group that has a value: [sum, count].
function sumsAndCounts(values: Float64Array, groups: Uint32Array): Float64Array {
  const rowOfGroup = new Map<number, number>();
  for (const [query, group] of groups.entries()) {
    if (Number.isNaN(values[query]) || rowOfGroup.has(group)) continue;
    rowOfGroup.set(group, rowOfGroup.size);
  }
  const table = new Float64Array(rowOfGroup.size * 2);
  for (const [query, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    const at = 2 * (rowOfGroup.get(groups[query] ?? 0) ?? 0);
    table[at] = (table[at] ?? 0) + value;
    table[at + 1] = (table[at + 1] ?? 0) + 1;
  }
  return table;
}

function checkLengths(arrays: Readonly<Record<string, { readonly length: number }>>): void {
  const lengths = Object.entries(arrays).map(([name, { length }]) => `${length} ${name}`);
  const distinct = new Set(Object.values(arrays).map(({ length }) => length));
  if (distinct.size > 1) {
    throw new RangeError(`Expected one of each per query, found ${lengths.join(" and ")}.`);
  }
}
