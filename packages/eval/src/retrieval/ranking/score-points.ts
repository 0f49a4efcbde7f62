/** The distinct scores of each query's relevant rows: points on the line of scores. */
export interface ScorePoints {
  /**
   * Ascending within a query, from `starts[query]` on. A query with ties among its relevant rows has
   * fewer than it has rows; the places behind its last are unused.
   */
  readonly values: Float32Array;
  /** How many each query has. */
  readonly counts: Uint32Array;
  /** Places of the relevant rows, within a query by ascending score. */
  readonly order: Uint32Array;
}

/**
 * @param starts - `[queries + 1]`: where the relevant rows of each query begin.
 * @param scores - One per relevant row.
 */
export function sortPoints(starts: Uint32Array, scores: Float32Array): ScorePoints {
  const values = new Float32Array(scores.length);
  const counts = new Uint32Array(starts.length - 1);
  const order = Uint32Array.from(scores, (_, place) => place);
  for (let query = 0; query < counts.length; query++) {
    const [first = 0, end = 0] = [starts[query], starts[query + 1]];
    const own = order.subarray(first, end);
    if (own.length > 1) own.sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0) || a - b);
    let count = 0;
    for (const place of own) {
      const score = scores[place] ?? 0;
      if (count === 0 || values[first + count - 1] !== score) values[first + count++] = score;
    }
    counts[query] = count;
  }
  return { values, counts, order };
}

/** Place of the last value in [first, end) that is not above `score`; the first never is. */
export function lastNotAbove(
  values: Float32Array,
  first: number,
  end: number,
  score: number,
): number {
  let low = first;
  let high = end;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((values[middle] as number) <= score) low = middle;
    else high = middle;
  }
  return low;
}
