import { DatasetError } from "@semblance/core";
import type { PairGroups, PairSampling, Prior, ScoredPairs } from "./scored-pairs.ts";

/** Checked pairs, weighted to a prior. */
export interface PairTable {
  readonly scores: Float64Array;
  readonly labels: Uint8Array;
  /** They add up to 1, those of matches to `prior`. */
  readonly weights: Float64Array;
  readonly prior: number;
  /** Whether resamples keep the prior: it was chosen, or comes from the design of the sample. */
  readonly isPriorFixed: boolean;
  readonly clusters: PairClusters;
  readonly sampling: PairSampling;
}

/** {@link PairGroups} with clusters numbered from 0 without gaps. */
export interface PairClusters {
  /** One per pair: the cluster of its image. */
  readonly image: Uint32Array;
  /** One per pair: that of its text; the same array where pairs have one cluster each. */
  readonly text: Uint32Array;
  readonly count: number;
}

/**
 * Checks pairs and weights them to a prior.
 *
 * @throws RangeError for lengths that differ, no pairs, or values out of range.
 * @throws {@link DatasetError} with code `ONE_CLASS` when a prior is asked for and all or none match.
 */
export function readPairs(pairs: ScoredPairs, prior: Prior = "data"): PairTable {
  checkPairs(pairs);
  const { labels, groups, rule = "listed" } = pairs;
  const weights = pairs.weights ?? new Float64Array(labels.length).fill(1);
  const totals = totalsOf(labels, weights);
  const positives = labels.reduce((count, label) => count + label, 0);
  const share = totals.match / (totals.match + totals.other);
  const wanted = prior === "data" ? share : checkPrior(prior);
  if (prior !== "data" && (share === 0 || share === 1)) throw oneClass(positives, labels.length);
  return {
    scores: Float64Array.from(pairs.scores),
    labels,
    weights: weightsAt(wanted, labels, weights),
    prior: wanted,
    isPriorFixed: prior !== "data" || rule !== "listed",
    clusters: numberClusters(groups ?? Uint32Array.from(labels.keys())),
    sampling: { rule, positives, negatives: labels.length - positives, prior: share },
  };
}

/** Weights with each class scaled so that all add up to 1 and those of matches to `prior`. */
export function weightsAt(
  prior: number,
  labels: Uint8Array,
  weights: Float64Array,
): Float64Array<ArrayBuffer> {
  const { match, other } = totalsOf(labels, weights);
  const ofMatch = match === 0 ? 0 : prior / match;
  const ofOther = other === 0 ? 0 : (1 - prior) / other;
  return Float64Array.from(weights, (weight, pair) => weight * (labels[pair] ? ofMatch : ofOther));
}

/** @throws RangeError unless `prior` lies between 0 and 1. */
export function checkPrior(prior: number): number {
  if (prior > 0 && prior < 1) return prior;
  throw new RangeError(`prior must be "data" or lie between 0 and 1, found ${prior}.`);
}

/** The error for pairs of which all match, or none. */
export function oneClass(positives: number, count: number): DatasetError {
  return new DatasetError({
    code: "ONE_CLASS",
    message: `${positives} of ${count} pairs are matches, by weight all or none; both kinds are needed.`,
    fix: "Give pairs that match and pairs that do not, with weights above 0.",
  });
}

function totalsOf(labels: Uint8Array, weights: Float64Array): { match: number; other: number } {
  const totals = { match: 0, other: 0 };
  for (let pair = 0; pair < labels.length; pair++) {
    totals[labels[pair] ? "match" : "other"] += weights[pair] ?? 0;
  }
  return totals;
}

function numberClusters(groups: PairGroups): PairClusters {
  const numbers = new Map<number, number>();
  const numbered = (of: Uint32Array) =>
    of.map((group) => {
      const number = numbers.get(group) ?? numbers.size;
      numbers.set(group, number);
      return number;
    });
  const image = numbered(groups instanceof Uint32Array ? groups : groups.image);
  const text = groups instanceof Uint32Array ? image : numbered(groups.text);
  return { image, text, count: numbers.size };
}

function checkPairs({ scores, labels, weights, groups }: ScoredPairs): void {
  const lists = { scores, labels, weights, ...columnsOf(groups) };
  for (const [name, list] of Object.entries(lists)) {
    if (list === undefined || list.length === scores.length) continue;
    throw new RangeError(
      `Expected one of each per pair, found ${scores.length} scores and ${list.length} ${name}.`,
    );
  }
  if (scores.length === 0) throw new RangeError("Expected at least one pair, found none.");
  const badScore = scores.findIndex((score) => !Number.isFinite(score));
  if (badScore !== -1)
    throw new RangeError(`The score of pair ${badScore} is ${scores[badScore]}.`);
  const badLabel = labels.findIndex((label) => label > 1);
  if (badLabel !== -1)
    throw new RangeError(`The label of pair ${badLabel} is ${labels[badLabel]}; expected 0 or 1.`);
  checkWeights(weights);
}

function checkWeights(weights: Float64Array | undefined): void {
  if (weights === undefined) return;
  const bad = weights.findIndex((weight) => !(weight >= 0 && weight < Number.POSITIVE_INFINITY));
  if (bad !== -1)
    throw new RangeError(`The weight of pair ${bad} is ${weights[bad]}; expected 0 or more.`);
  if (weights.every((weight) => weight === 0)) throw new RangeError("All weights are 0.");
}

function columnsOf(groups: PairGroups | undefined): Record<string, Uint32Array> {
  if (groups === undefined) return {};
  if (groups instanceof Uint32Array) return { groups };
  return { "image groups": groups.image, "text groups": groups.text };
}
