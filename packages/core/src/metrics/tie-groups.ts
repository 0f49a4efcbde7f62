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
  const ordered = Array.from(relevant);
  ordered.sort((a, b) => (scores[b] as number) - (scores[a] as number));
  const members: number[][] = [];
  let last: number | undefined;
  for (const item of ordered) {
    if (scores[item] === last) members.at(-1)?.push(item);
    else members.push([item]);
    last = scores[item];
  }
  const count = members.length <= fewThresholds ? countByScan : countBySearch(scores.toSorted());
  return members.map((own) => {
    const [above, size] = count(scores, scores[own[0] as number] as number);
    return { above, size, relevant: own };
  });
}

// Up to here, looking at every score once per threshold is cheaper than sorting them all.
const fewThresholds = 16;

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
