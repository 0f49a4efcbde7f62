/** Pairs from the highest score to the lowest, cut into runs of equal scores. */
export interface PairRanking {
  /** Pair numbers, highest score first. */
  readonly order: Uint32Array;
  /** Where each run of equal scores ends in `order`, exclusive. */
  readonly ends: Uint32Array;
}

/** Sorts pairs by score. */
export function rankPairs(scores: Float64Array): PairRanking {
  const scoreOf = (pair: number) => scores[pair] ?? 0;
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scoreOf(b) - scoreOf(a));
  const ends: number[] = [];
  for (let i = 1; i <= order.length; i++) {
    if (i === order.length || scores[order[i] ?? 0] !== scores[order[i - 1] ?? 0]) ends.push(i);
  }
  return { order, ends: Uint32Array.from(ends) };
}

/** What {@link areaUnderRoc} and {@link averagePrecision} measure. */
export interface RankedPairs {
  readonly ranking: PairRanking;
  readonly labels: Uint8Array;
  /** One per pair, not negative. */
  readonly weights: Float64Array;
}

/**
 * Area under the ROC curve: the share of (match, other) couples by weight in which the match has the
 * higher score, a tie counting half.
 *
 * @returns `NaN` without matches or without other pairs.
 * @see Hanley & McNeil, "The meaning and use of the area under a ROC curve", Radiology 143 (1982).
 */
export function areaUnderRoc(pairs: RankedPairs): number {
  let matches = 0;
  let others = 0;
  let won = 0;
  forEachTie(pairs, (match, other) => {
    won += other * (matches + match / 2);
    matches += match;
    others += other;
  });
  return won / (matches * others);
}

/**
 * Average precision: the precision at every score, weighted by the recall it adds. Equal scores are
 * one step, without interpolation.
 *
 * @returns `NaN` without matches.
 * @see scikit-learn's `average_precision_score`, which defines it the same way.
 */
export function averagePrecision(pairs: RankedPairs): number {
  let matches = 0;
  let taken = 0;
  let sum = 0;
  forEachTie(pairs, (match, other) => {
    matches += match;
    taken += match + other;
    if (match > 0) sum += (match * matches) / taken;
  });
  return sum / matches;
}

/** Gives the weight of matches and of other pairs at every score, highest score first. */
function forEachTie(pairs: RankedPairs, visit: (match: number, other: number) => void): void {
  const { ranking, labels, weights } = pairs;
  const { order, ends } = ranking;
  let from = 0;
  for (const end of ends) {
    let match = 0;
    let other = 0;
    for (let i = from; i < end; i++) {
      const pair = order[i] as number;
      if (labels[pair]) match += weights[pair] as number;
      else other += weights[pair] as number;
    }
    visit(match, other);
    from = end;
  }
}
