import type { RunOptions } from "@semblance/core";
import { mapValues, type Resampled, resampleMeans } from "../pairs/pair-intervals.ts";
import type { PairTable } from "../pairs/pair-table.ts";
import { logLoss } from "../pairs/probability-scores.ts";
import type { PairConfidence } from "../pairs/scored-pairs.ts";
import { standardError, withInterval } from "../pairs/summarize-samples.ts";
import type { MetricValue } from "../retrieval/evaluation.ts";
import type { CalibrationMethod } from "./calibration.ts";
import { calibrationMethods } from "./curves/fit-curve.ts";

/** Which method was chosen, and by what. */
export interface ChosenMethod {
  readonly method: CalibrationMethod;
  /** Of the method, out of fold. */
  readonly probabilities: Float64Array;
  readonly logLoss: Partial<Record<CalibrationMethod, MetricValue>>;
}

/**
 * Chooses the simplest method whose log-loss is within one standard error of the lowest, the error
 * being that of the difference between the two, over resampled clusters.
 *
 * @param probabilities - Out of fold, of at least one method.
 * @see Breiman, Friedman, Olshen & Stone, "Classification and Regression Trees" (1984), section
 * 3.4.3: the rule of one standard error.
 */
export async function chooseMethod(
  table: PairTable,
  probabilities: ReadonlyMap<CalibrationMethod, Float64Array>,
  options: RunOptions & { readonly confidence: Required<PairConfidence> },
): Promise<ChosenMethod> {
  const methods = calibrationMethods.filter((method) => probabilities.has(method));
  const losses: Resampled<CalibrationMethod> = await resampleMeans(table, {
    ...options,
    columns: methods.length,
    measure: (pair, row) => {
      for (const [column, method] of methods.entries()) {
        row[column] = logLoss(probabilities.get(method)?.[pair] ?? 0, table.labels[pair] ?? 0);
      }
    },
    statistics: (means) => {
      const entries = methods.map((method, column) => [method, means[column]]);
      return Object.fromEntries(entries);
    },
  });
  const best = methods.reduce((a, b) => (losses[b].value < losses[a].value ? b : a));
  const isAsGood = (method: CalibrationMethod) => {
    const difference = losses[method].samples.map(
      (loss, i) => loss - (losses[best].samples[i] ?? 0),
    );
    return losses[method].value - losses[best].value <= standardError(difference);
  };
  const method = methods.find(isAsGood) ?? best;
  return {
    method,
    probabilities: probabilities.get(method) ?? new Float64Array(),
    logLoss: mapValues(losses, (loss) => withInterval(loss)),
  };
}
