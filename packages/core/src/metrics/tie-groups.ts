/** Gallery items that share one score, at least one of them relevant. */
export interface TieGroup {
  /** How many items score strictly higher. */
  readonly above: number;
  /** How many items have this score, relevant or not. */
  readonly size: number;
  /** The relevant ones among them. */
  readonly relevant: readonly number[];
}

type Scores = Float32Array | Float64Array;

/**
 * Where one query's relevant items stand, with ties kept as ties: all that rank metrics need.
 *
 * @param scores - One score per gallery item.
 * @param relevant - Positions of the relevant items, each once.
 * @returns groups with a relevant item, highest score first.
 */
export function tieGroups(scores: Scores, relevant: ArrayLike<number>): TieGroup[] {
  const byScore = new Map<number, number[]>();
  for (let i = 0; i < relevant.length; i++) {
    const item = relevant[i] ?? 0;
    const score = scores[item] ?? Number.NaN;
    const group = byScore.get(score);
    if (group) group.push(item);
    else byScore.set(score, [item]);
  }
  const distinct = Float64Array.from(byScore.keys()).sort().reverse();
  const counts = countAroundThresholds(scores, distinct);
  return Array.from(distinct, (score, i) => ({
    above: counts.above[i] ?? 0,
    size: counts.equal[i] ?? 0,
    relevant: byScore.get(score) ?? [],
  }));
}

// Up to here, looking at every score once per threshold is cheaper than sorting them all.
const fewThresholds = 16;

interface Counts {
  readonly above: Uint32Array;
  readonly equal: Uint32Array;
}

function countAroundThresholds(scores: Scores, thresholds: Float64Array): Counts {
  const above = new Uint32Array(thresholds.length);
  const equal = new Uint32Array(thresholds.length);
  const count = thresholds.length <= fewThresholds ? countByScan : countBySearch(scores.toSorted());
  for (let i = 0; i < thresholds.length; i++) {
    const threshold = thresholds[i] as number;
    [above[i], equal[i]] = count(scores, threshold);
  }
  return { above, equal };
}

type Count = (scores: Scores, threshold: number) => [above: number, equal: number];

function countByScan(scores: Scores, threshold: number): [number, number] {
  let higher = 0;
  let same = 0;
  for (let i = 0; i < scores.length; i++) {
    const score = scores[i] as number;
    if (score > threshold) higher++;
    else if (score === threshold) same++;
  }
  return [higher, same];
}

function countBySearch(ascending: Scores): Count {
  return (_scores, threshold) => {
    const firstSame = partition(ascending, (score) => score < threshold);
    const firstHigher = partition(ascending, (score) => score <= threshold);
    return [ascending.length - firstHigher, firstHigher - firstSame];
  };
}

/** How many of the ascending scores come before the first for which `isBefore` no longer holds. */
function partition(ascending: Scores, isBefore: (score: number) => boolean): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(ascending[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}
