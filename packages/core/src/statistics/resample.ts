import { createRandom } from "./random.ts";
import { createWeightedSum } from "./weighted-sum.ts";

/** What {@link resampledTotals} draws from. */
export interface ResampleOptions {
  /** `[clusters, columns]`, row-major: what each cluster adds to each total. */
  readonly table: Float64Array;
  readonly columns: number;
  /** How often to draw. */
  readonly resamples: number;
  readonly seed: number;
}

/**
 * Draws as many clusters as there are, with replacement, and yields the columns' totals; again and
 * again, `resamples` times. All columns see the same draw, so that what is made from several of them
 * (a mean from a sum and a count) is resampled jointly.
 *
 * Every draw is yielded in the same memory: read it before going on.
 *
 * @see Field & Welsh, "Bootstrapping clustered data", JRSS B 69 (2007): the cluster bootstrap.
 */
export function* resampledTotals(options: ResampleOptions): Generator<Float64Array, void> {
  const { table, columns, resamples, seed } = options;
  const totals = new Float64Array(columns);
  const addUp = createWeightedSum(table, columns);
  const clusters = table.length / columns;
  for (const times of resampledTimes({ clusters, resamples, seed })) {
    addUp(times, totals);
    yield totals;
  }
}

/** What {@link resampledTimes} draws. */
export interface ResampledTimesOptions extends Pick<ResampleOptions, "resamples" | "seed"> {
  /** How many clusters there are. */
  readonly clusters: number;
}

/**
 * The draws behind {@link resampledTotals}: how often each cluster was drawn, resample after
 * resample, always in the same memory.
 */
export function* resampledTimes(options: ResampledTimesOptions): Generator<Float64Array, void> {
  const { clusters, resamples } = options;
  const random = createRandom(options.seed);
  const times = new Float64Array(clusters);
  for (let resample = 0; resample < resamples; resample++) {
    times.fill(0);
    for (let draw = 0; draw < clusters; draw++) {
      const cluster = Math.floor(random() * clusters);
      times[cluster] = (times[cluster] as number) + 1;
    }
    yield times;
  }
}

/** @throws RangeError for an infinite value: no mean with it is finite. */
export function checkValues(values: Float64Array): void {
  const bad = values.findIndex((value) => Math.abs(value) === Number.POSITIVE_INFINITY);
  if (bad === -1) return;
  throw new RangeError(
    `Values must be finite, or NaN to leave a query out; found ${values[bad]} for query ${bad}.`,
  );
}

/** @throws RangeError unless `resamples` is a positive integer and `seed` one from 0 to 2³² − 1. */
export function checkResampling({ resamples, seed }: { resamples: number; seed: number }): void {
  if (!Number.isInteger(resamples) || resamples < 1) {
    throw new RangeError(`resamples must be a positive integer, found ${resamples}.`);
  }
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new RangeError(`seed must be an integer from 0 to 2^32 - 1, found ${seed}.`);
  }
}
