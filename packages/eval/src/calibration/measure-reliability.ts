import type { RunOptions } from "@semblance/core";
import { type ConfidenceSettings, type Resampled, resampleMeans } from "../pairs/pair-intervals.ts";
import type { PairTable } from "../pairs/pair-table.ts";
import { type Binning, summarizeBins } from "../pairs/reliability-bins.ts";
import { withInterval, withMirroredInterval } from "../pairs/summarize-samples.ts";
import type { Reliability, ReliabilityOf } from "./reliability.ts";
import {
  type ReliabilityColumns,
  type ReliabilityFigure,
  reliabilityColumns,
} from "./reliability-columns.ts";

/** Probabilities and what makes them. */
interface NamedProbabilities {
  readonly name: string;
  /** One per pair, in [0, 1]. */
  readonly probabilities: Float64Array;
}

/** What {@link measureReliability} compares. */
export interface MeasureReliabilityOptions extends RunOptions {
  readonly before: NamedProbabilities;
  readonly after: NamedProbabilities;
  readonly confidence: ConfidenceSettings;
}

const binning: Binning = { kind: "equal-mass", count: 15 };

/** Measures probabilities before and after calibration on the same pairs and the same resamples. */
export async function measureReliability(
  table: PairTable,
  options: MeasureReliabilityOptions,
): Promise<Reliability> {
  const before = reliabilityColumns(table, options.before.probabilities, binning);
  const after = reliabilityColumns(table, options.after.probabilities, binning);
  const sampled = await resampleMeans(table, { ...options, ...sideBySide(table, before, after) });
  const summarize = (side: "before" | "after", binOf: Uint32Array): ReliabilityOf => {
    const { name, probabilities } = options[side];
    const bins = summarizeBins({ ...table, probabilities }, binOf);
    return { ...figuresOf(sampled, side, name), binning, bins };
  };
  return {
    prior: table.prior,
    before: summarize("before", before.binOf),
    after: summarize("after", after.binOf),
    brierSkill: {
      overBaseRate: withInterval(sampled.overBaseRate),
      overBefore: withInterval(sampled.overBefore),
    },
  };
}

// Columns: the label, and those of both sides.
function sideBySide(table: PairTable, before: ReliabilityColumns, after: ReliabilityColumns) {
  const middle = 1 + before.columns;
  return {
    columns: middle + after.columns,
    measure: (pair: number, row: Float64Array) => {
      row[0] = table.labels[pair] ?? 0;
      before.measure(pair, row.subarray(1, middle));
      after.measure(pair, row.subarray(middle));
    },
    statistics: (means: Float64Array) => {
      const prior = means[0] ?? 0;
      const ofBefore = before.statistics(means.subarray(1, middle));
      const ofAfter = after.statistics(means.subarray(middle));
      return {
        ...prefixed("before", ofBefore),
        ...prefixed("after", ofAfter),
        overBaseRate: 1 - ofAfter.brier / (prior * (1 - prior)),
        overBefore: 1 - ofAfter.brier / ofBefore.brier,
      };
    },
  };
}

type Sided = `${"before" | "after"}.${ReliabilityFigure}`;

function figuresOf(sampled: Resampled<Sided>, side: "before" | "after", name: string) {
  const slope = withInterval(sampled[`${side}.slope`]);
  const intercept = withInterval(sampled[`${side}.intercept`]);
  return {
    name,
    brier: withInterval(sampled[`${side}.brier`]),
    logLoss: withInterval(sampled[`${side}.logLoss`]),
    ece: withMirroredInterval(sampled[`${side}.ece`]),
    ...(Number.isFinite(slope.value) && { slope, intercept }),
  };
}

function prefixed<Side extends "before" | "after">(
  side: Side,
  figures: Record<ReliabilityFigure, number>,
) {
  const entries = Object.entries(figures).map(([name, value]) => [`${side}.${name}`, value]);
  return Object.fromEntries(entries) as Record<`${Side}.${ReliabilityFigure}`, number>;
}
