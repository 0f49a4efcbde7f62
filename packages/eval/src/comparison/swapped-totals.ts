import { createRandom, createWeightedSum } from "@semblance/core";

/** What {@link swappedTotals} draws from. */
export interface SwappedTotalsOptions {
  /** `[clusters, columns]`, row-major: the sums of b − a over each cluster's queries. */
  readonly table: Float64Array;
  readonly columns: number;
  /** How often to draw, unless all the ways are tried. */
  readonly resamples: number;
  readonly seed: number;
}

/** Totals as they could have been, if it were chance which of two results is a and which is b. */
export interface SwappedTotals {
  /** All ways to swap are there, each once, and the totals seen among them. */
  readonly isExact: boolean;
  /** Always in the same memory: read each before going on. */
  readonly draws: Iterable<Float64Array>;
}

// 65,536 ways to swap.
const fewClusters = 16;

/**
 * Swaps a and b in clusters drawn at random, each with chance ½, and gives the columns' totals;
 * again and again. With at most 16 clusters in which they differ, all the ways are tried instead.
 *
 * @see Smucker, Allan & Carterette, "A comparison of statistical significance tests for information
 * retrieval evaluation", CIKM 2007; here whole clusters are swapped, since the queries of one are
 * not independent.
 */
export function swappedTotals(options: SwappedTotalsOptions): SwappedTotals {
  const { columns, resamples, seed } = options;
  const table = differingRows(options.table, columns);
  const clusters = table.length / columns;
  const isExact = clusters <= fewClusters;
  const choices = isExact ? allChoices(clusters) : randomChoices({ clusters, resamples, seed });
  return { isExact, draws: totalsOf(table, columns, choices) };
}

// A row of zeros is the same either way.
function differingRows(table: Float64Array, columns: number): Float64Array {
  const kept: Float64Array[] = [];
  for (let start = 0; start < table.length; start += columns) {
    const row = table.subarray(start, start + columns);
    if (row.some((value) => value !== 0)) kept.push(row);
  }
  const rows = new Float64Array(kept.length * columns);
  for (const [i, row] of kept.entries()) rows.set(row, i * columns);
  return rows;
}

// The clusters kept as they are, as 1; the others swapped, as 0.
function* allChoices(clusters: number): Generator<Float64Array, void> {
  const kept = new Float64Array(clusters);
  for (let choice = 0; choice < 2 ** clusters; choice++) {
    for (let i = 0; i < clusters; i++) kept[i] = (choice >> i) & 1;
    yield kept;
  }
}

function* randomChoices(options: {
  clusters: number;
  resamples: number;
  seed: number;
}): Generator<Float64Array, void> {
  const random = createRandom(options.seed);
  const kept = new Float64Array(options.clusters);
  for (let draw = 0; draw < options.resamples; draw++) {
    for (let i = 0; i < kept.length; i++) kept[i] = random() < 0.5 ? 1 : 0;
    yield kept;
  }
}

// Kept minus swapped is twice the kept minus all, which costs half the additions.
function* totalsOf(
  table: Float64Array,
  columns: number,
  choices: Iterable<Float64Array>,
): Generator<Float64Array, void> {
  const addUp = createWeightedSum(table, columns);
  const all = new Float64Array(columns);
  addUp(new Float64Array(table.length / columns).fill(1), all);
  const totals = new Float64Array(columns);
  for (const kept of choices) {
    addUp(kept, totals);
    for (let i = 0; i < columns; i++) totals[i] = 2 * (totals[i] as number) - (all[i] as number);
    yield totals;
  }
}
