/** Gallery items that share one score, at least one of them relevant. */
export interface TieGroup {
  /** How many items score strictly higher. */
  readonly above: number;
  /** How many items have this score, relevant or not. */
  readonly size: number;
  /** The relevant ones among them. */
  readonly relevant: readonly number[];
}

/**
 * Where one query's relevant items stand, with ties kept as ties: all that rank metrics need.
 *
 * @param scores - One score per gallery item.
 * @param relevant - Positions of the relevant items, each once.
 * @returns groups with a relevant item, highest score first.
 */
export function tieGroups(scores: Float32Array, relevant: ArrayLike<number>): TieGroup[] {
  const byScore = new Map<number, number[]>();
  for (let i = 0; i < relevant.length; i++) {
    const item = relevant[i] ?? 0;
    const score = scores[item] ?? Number.NaN;
    const group = byScore.get(score);
    if (group) group.push(item);
    else byScore.set(score, [item]);
  }
  const distinct = Float32Array.from(byScore.keys()).sort().reverse();
  const counts = countAroundThresholds(scores, distinct);
  return Array.from(distinct, (score, i) => ({
    above: counts.above[i] ?? 0,
    size: counts.equal[i] ?? 0,
    relevant: byScore.get(score) ?? [],
  }));
}

function countAroundThresholds(scores: Float32Array, thresholds: Float32Array) {
  const above = new Uint32Array(thresholds.length);
  const equal = new Uint32Array(thresholds.length);
  for (let i = 0; i < thresholds.length; i++) {
    const threshold = thresholds[i] as number;
    let higher = 0;
    let same = 0;
    for (let j = 0; j < scores.length; j++) {
      const score = scores[j] as number;
      if (score > threshold) higher++;
      else if (score === threshold) same++;
    }
    above[i] = higher;
    equal[i] = same;
  }
  return { above, equal };
}
