import { type RunOptions, yieldToEventLoop } from "@semblance/core";
import { rankPairs } from "../pairs/pair-ranking.ts";
import { type PairTable, weightsAt } from "../pairs/pair-table.ts";
import { assignFolds, type FoldOptions } from "./assign-folds.ts";
import type { CalibrationMethod, UncalibratedScoring } from "./calibration.ts";
import { curveLogit, sigmoid } from "./curves/curve.ts";
import { type CurvePairs, fitCurve } from "./curves/fit-curve.ts";

/** What {@link crossValidate} tries. */
export interface CrossValidateOptions extends FoldOptions, RunOptions {
  readonly methods: readonly CalibrationMethod[];
  readonly before: UncalibratedScoring;
}

/** Probabilities of pairs by curves that were fitted without them. */
export interface OutOfFold {
  /** One per pair for every method that could be fitted each time. */
  readonly probabilities: ReadonlyMap<CalibrationMethod, Float64Array>;
  /** Why the others could not. */
  readonly refused: ReadonlyMap<CalibrationMethod, string>;
}

/**
 * Predicts every pair by curves fitted to pairs that share neither its image's part of the data nor
 * its text's. With two clusters a pair that takes one fit for each two parts.
 */
export async function crossValidate(
  table: PairTable,
  options: CrossValidateOptions,
): Promise<OutOfFold> {
  const { methods, folds, signal, onProgress } = options;
  const foldOf = assignFolds(table, options);
  const left = Uint32Array.from(table.clusters.image, (cluster) => foldOf[cluster] ?? 0);
  const right = Uint32Array.from(table.clusters.text, (cluster) => foldOf[cluster] ?? 0);
  const probabilities = new Map(methods.map((method) => [method, new Float64Array(left.length)]));
  const refused = new Map<CalibrationMethod, string>();
  const ranking = rankPairs(table.scores);
  const heldOut = heldOutParts(table, folds);
  for (const [done, [a, b]] of heldOut.entries()) {
    onProgress?.({ stage: "cross-validating", done, total: heldOut.length, unit: "fits" });
    const isOutside = (pair: number) => isNeither(left[pair], a, b) && isNeither(right[pair], a, b);
    const training = table.weights.map((weight, pair) => (isOutside(pair) ? weight : 0));
    const weights = weightsAt(table.prior, table.labels, training);
    const pairs = { ...table, weights, ranking, before: options.before };
    const isHeldOut = (pair: number) => {
      return (left[pair] === a && right[pair] === b) || (left[pair] === b && right[pair] === a);
    };
    for (const method of methods) {
      await yieldToEventLoop();
      signal?.throwIfAborted();
      const out = probabilities.get(method);
      const reason = out && predict(method, { pairs, isHeldOut, out });
      if (reason === undefined) continue;
      refused.set(method, reason);
      probabilities.delete(method);
    }
  }
  return { probabilities, refused };
}

// Without crossed clusters no pair lies in two parts.
function heldOutParts({ clusters }: PairTable, folds: number): [number, number][] {
  const isCrossed = clusters.image !== clusters.text;
  return Array.from({ length: folds }, (_, a) => a).flatMap((a) => {
    const last = isCrossed ? folds - 1 : a;
    return Array.from({ length: last - a + 1 }, (_, i): [number, number] => [a, a + i]);
  });
}

function predict(
  method: CalibrationMethod,
  task: { pairs: CurvePairs; isHeldOut: (pair: number) => boolean; out: Float64Array },
): string | undefined {
  const { pairs, isHeldOut, out } = task;
  const curve = fitCurve(method, pairs);
  if (typeof curve === "string") return curve;
  for (let pair = 0; pair < out.length; pair++) {
    if (!isHeldOut(pair)) continue;
    out[pair] = sigmoid(curveLogit(curve, pairs.before, pairs.scores[pair] ?? 0));
  }
  return undefined;
}

function isNeither(fold: number | undefined, a: number, b: number): boolean {
  return fold !== a && fold !== b;
}
