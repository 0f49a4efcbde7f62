import type { PairRanking } from "../../pairs/pair-ranking.ts";

/** What {@link fitIsotonic} fits. */
export interface IsotonicOptions {
  readonly scores: Float64Array;
  /** One per score. */
  readonly targets: ArrayLike<number>;
  /** One per score, not negative; those of 0 count for nothing. */
  readonly weights: Float64Array;
  readonly ranking: PairRanking;
  /**
   * Weight of one more match at the lowest score and one more other pair at the highest, which keeps
   * every value off 0 and 1. @defaultValue 0
   */
  readonly pseudoWeight?: { readonly match: number; readonly other: number };
}

/** Corner points of a rising line; level beyond both ends. */
export interface IsotonicFit {
  /** Rising. */
  readonly scores: readonly number[];
  /** One per score, not falling. */
  readonly values: readonly number[];
}

interface Block {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  readonly sum: number;
}

/**
 * Weighted least-squares fit of a function that nowhere falls, by pooling adjacent violators: equal
 * scores first become one, then neighbours that fall are replaced by their mean. Between the blocks it
 * is a straight line.
 *
 * @see Ayer et al., "An empirical distribution function for sampling with incomplete information",
 * Annals of Mathematical Statistics 26 (1955); Zadrozny & Elkan, "Transforming classifier scores into
 * accurate multiclass probability estimates", KDD 2002. The corners are scikit-learn's.
 */
export function fitIsotonic(options: IsotonicOptions): IsotonicFit {
  const blocks: Block[] = [];
  for (const point of risingPoints(options)) {
    let block = point;
    for (let last = blocks.at(-1); last && meanOf(last) >= meanOf(block); last = blocks.at(-1)) {
      blocks.pop();
      block = join(last, block);
    }
    blocks.push(block);
  }
  const scores = blocks.flatMap(({ from, to }) => (from === to ? [from] : [from, to]));
  const values = blocks.flatMap((block) => {
    return block.from === block.to ? [meanOf(block)] : [meanOf(block), meanOf(block)];
  });
  return { scores, values };
}

/** The line's value at a score. */
export function interpolate({ scores, values }: IsotonicFit, score: number): number {
  let low = 0;
  let high = scores.length - 1;
  if (score <= (scores[low] ?? 0)) return values[low] ?? Number.NaN;
  if (score >= (scores[high] ?? 0)) return values[high] ?? Number.NaN;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((scores[middle] ?? 0) <= score) low = middle;
    else high = middle;
  }
  const [left = 0, right = 0] = [scores[low], scores[high]];
  const [from = 0, to = 0] = [values[low], values[high]];
  return from + ((to - from) * (score - left)) / (right - left);
}

// One block per score that has weight, lowest first.
function risingPoints(options: IsotonicOptions): Block[] {
  const { scores, targets, weights, ranking, pseudoWeight } = options;
  const { order, ends } = ranking;
  const points: Block[] = [];
  for (let tie = ends.length - 1; tie >= 0; tie--) {
    let weight = 0;
    let sum = 0;
    for (let i = ends[tie - 1] ?? 0; i < (ends[tie] ?? 0); i++) {
      const pair = order[i] ?? 0;
      weight += weights[pair] ?? 0;
      sum += (weights[pair] ?? 0) * (targets[pair] ?? 0);
    }
    const score = scores[order[(ends[tie] ?? 1) - 1] ?? 0] ?? 0;
    if (weight > 0) points.push({ from: score, to: score, weight, sum });
  }
  return pseudoWeight ? withPseudoPairs(points, pseudoWeight) : points;
}

function withPseudoPairs(
  points: Block[],
  { match, other }: { match: number; other: number },
): Block[] {
  const add = (block: Block, weight: number, sum: number): Block => {
    return { ...block, weight: block.weight + weight, sum: block.sum + sum };
  };
  return points.map((point, i) => {
    const lowest = i === 0 ? add(point, match, match) : point;
    return i === points.length - 1 ? add(lowest, other, 0) : lowest;
  });
}

function join(left: Block, right: Block): Block {
  const weight = left.weight + right.weight;
  return { from: left.from, to: right.to, weight, sum: left.sum + right.sum };
}

function meanOf({ sum, weight }: Block): number {
  return sum / weight;
}
