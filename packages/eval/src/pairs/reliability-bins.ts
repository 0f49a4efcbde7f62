import { rankPairs } from "./pair-ranking.ts";

/** How {@link ReliabilityBin}s are cut: into equal weights, or into equal lengths of [0, 1]. */
export interface Binning {
  readonly kind: "equal-mass" | "equal-width";
  readonly count: number;
}

/** Pairs with similar probabilities. */
export interface ReliabilityBin {
  /** What was promised, in [0, 1]. */
  readonly meanProbability: number;
  /** The share of matches that came, in [0, 1]. */
  readonly observed: number;
  /** Pairs in it. */
  readonly count: number;
  /** Their share of all weight, in [0, 1]. */
  readonly weight: number;
}

/** Pairs and what was promised for each. */
export interface PromisedPairs {
  /** In [0, 1]. */
  readonly probabilities: Float64Array;
  readonly labels: Uint8Array;
  /** They add up to 1. */
  readonly weights: Float64Array;
}

/**
 * The bin of every pair, from 0. Bins of equal length close at their upper end, as in Guo et al.;
 * those of equal mass cut where the weight below reaches a multiple of 1/count, and never between
 * equal probabilities, so that some may be empty.
 *
 * @see Guo et al., "On calibration of modern neural networks", ICML 2017; Nguyen & O'Connor,
 * "Posterior calibration and exploratory analysis for NLP models", EMNLP 2015: equal mass.
 */
export function assignBins(pairs: PromisedPairs, { kind, count }: Binning): Uint32Array {
  const { probabilities } = pairs;
  if (kind === "equal-mass") return equalMassBins(pairs, count);
  return Uint32Array.from(probabilities, (probability) => {
    return Math.max(0, Math.ceil(probability * count) - 1);
  });
}

/** What was promised and what came, for every bin with any weight. */
export function summarizeBins(pairs: PromisedPairs, bins: Uint32Array): ReliabilityBin[] {
  const { probabilities, labels, weights } = pairs;
  const sums = new Map<number, { count: number; weight: number; promised: number; came: number }>();
  for (let pair = 0; pair < bins.length; pair++) {
    const bin = bins[pair] ?? 0;
    const sum = sums.get(bin) ?? { count: 0, weight: 0, promised: 0, came: 0 };
    const weight = weights[pair] ?? 0;
    sum.count++;
    sum.weight += weight;
    sum.promised += weight * (probabilities[pair] ?? 0);
    sum.came += weight * (labels[pair] ?? 0);
    sums.set(bin, sum);
  }
  return Array.from(sums)
    .filter(([, { weight }]) => weight > 0)
    .sort(([a], [b]) => a - b)
    .map(([, { count, weight, promised, came }]) => {
      return { meanProbability: promised / weight, observed: came / weight, count, weight };
    });
}

function equalMassBins({ probabilities, weights }: PromisedPairs, count: number): Uint32Array {
  const { order, ends } = rankPairs(probabilities);
  const bins = new Uint32Array(probabilities.length);
  let below = 1;
  let from = 0;
  for (const end of ends) {
    const tied = order.subarray(from, end);
    const weight = tied.reduce((sum, pair) => sum + (weights[pair] ?? 0), 0);
    below -= weight;
    const bin = Math.floor(count * (below + weight / 2));
    for (const pair of tied) bins[pair] = Math.min(Math.max(bin, 0), count - 1);
    from = end;
  }
  return bins;
}
