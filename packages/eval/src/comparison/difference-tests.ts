import { yieldToEventLoop } from "@semblance/core";
import { type ResampleDifferencesOptions, resamplesPerTurn } from "./difference-intervals.ts";
import {
  createDifferences,
  createSwap,
  type DifferenceTable,
  totalsOf,
} from "./difference-table.ts";
import { createExtremeCounter } from "./randomization-test.ts";
import { swappedTotals } from "./swapped-totals.ts";

/**
 * The p-value of every figure's difference, two-sided, by one paired randomisation test: all figures
 * see the same swaps. `medr` has none.
 */
export async function differenceTests(
  options: ResampleDifferencesOptions,
): Promise<ReadonlyMap<string, number>> {
  const { table, resamples, seed, signal, onProgress } = options;
  const { gains } = table;
  const differencesOf = createDifferences(table);
  const swap = createSwap(table);
  const magnitudes = differencesOf(totalsOf(absolute(table)));
  const counters = Object.entries(differencesOf(totalsOf(table))).map(([key, seen]) => {
    return { key, ...createExtremeCounter(seen, Math.abs(magnitudes[key] ?? 0) + 1) };
  });
  const columns = gains.columns.length;
  const isCount = gains.columns.map(({ metric }) => metric === undefined);
  const data = gains.data.map((sum, i) => (isCount[i % columns] ? 0 : sum));
  const { isExact, draws } = swappedTotals({ table: data, columns, resamples, seed });
  let done = 0;
  for (const swapped of draws) {
    if (done % resamplesPerTurn === 0) {
      await yieldToEventLoop();
      signal?.throwIfAborted();
      onProgress?.({ stage: "swapping", done, unit: "draws" });
    }
    const values = Object.values(differencesOf(swap(swapped)));
    for (const [figure, { add }] of counters.entries()) add(values[figure] ?? 0);
    done++;
  }
  return new Map(counters.map(({ key, p }) => [key, p(isExact)]));
}

function absolute(table: DifferenceTable): DifferenceTable {
  return { ...table, gains: { ...table.gains, data: table.gains.data.map(Math.abs) } };
}
