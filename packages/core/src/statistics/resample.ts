import { createRandom } from "./random.ts";

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
  const { table, columns, resamples } = options;
  const random = createRandom(options.seed);
  const clusters = table.length / columns;
  const times = new Uint32Array(clusters);
  const totals = new Float64Array(columns);
  for (let resample = 0; resample < resamples; resample++) {
    times.fill(0);
    for (let draw = 0; draw < clusters; draw++) {
      const cluster = Math.floor(random() * clusters);
      times[cluster] = (times[cluster] ?? 0) + 1;
    }
    addUp({ table, times, totals });
    yield totals;
  }
}

function addUp(sums: { table: Float64Array; times: Uint32Array; totals: Float64Array }): void {
  const { table, times, totals } = sums;
  const columns = totals.length;
  totals.fill(0);
  for (let cluster = 0; cluster < times.length; cluster++) {
    const weight = times[cluster] ?? 0;
    if (weight === 0) continue;
    const row = cluster * columns;
    for (let column = 0; column < columns; column++) {
      totals[column] = (totals[column] ?? 0) + weight * (table[row + column] ?? 0);
    }
  }
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
