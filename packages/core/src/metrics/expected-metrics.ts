import type { TieGroup } from "./tie-groups.ts";

// All of these are expected values over every order that tied items can come in, each order being
// equally likely. They follow McSherry & Najork, "Computing information retrieval performance
// measures efficiently in the presence of tied scores", ECIR 2008. In a group of n tied items, r of
// them relevant, behind a others, the places are a + 1 … a + n.

/**
 * The chance that at least one relevant item is among the first `k`, in [0, 1].
 *
 * Only the first group with a relevant item counts: j = k − a of its n places are in reach, and none
 * of them is relevant with the hypergeometric probability C(n − r, j) / C(n, j).
 */
export function expectedHit(groups: readonly TieGroup[], k: number): number {
  const first = groups[0];
  if (first === undefined) return 0;
  const { above, size, relevant } = first;
  const reached = Math.min(size, k - above);
  let none = 1;
  for (let i = 0; i < reached; i++) none *= Math.max(0, size - relevant.length - i) / (size - i);
  return 1 - none;
}

/**
 * How many relevant items are among the first `k`: each group adds its share r / n of the places in
 * reach. Divided by `k` it is precision@k, by the number of relevant items recall@k (both as in
 * trec_eval: `P_k` divides by `k` even when the gallery is smaller).
 */
export function expectedRelevant(groups: readonly TieGroup[], k: number): number {
  let expected = 0;
  for (const { above, size, relevant } of groups) {
    const reached = Math.min(size, Math.max(0, k - above));
    expected += (relevant.length * reached) / size;
  }
  return expected;
}

/**
 * Sum of the precisions at the relevant items among the first `k`. Divided by the number of all
 * relevant items it is trec_eval's `map_cut_k`.
 *
 * Place i of a group is relevant with probability r / n; then each of the i − 1 places before it in
 * the group is relevant with probability (r − 1) / (n − 1), on top of the c relevant items of the
 * groups before. So the place adds r / n · (c + 1 + (i − 1)(r − 1)/(n − 1)) / (a + i).
 */
export function expectedAveragePrecision(groups: readonly TieGroup[], k: number): number {
  let sum = 0;
  let before = 0;
  for (const { above, size, relevant } of groups) {
    const others = size === 1 ? 0 : (relevant.length - 1) / (size - 1);
    const reached = Math.min(size, k - above);
    for (let i = 1; i <= reached; i++) {
      const found = before + 1 + (i - 1) * others;
      sum += ((relevant.length / size) * found) / (above + i);
    }
    before += relevant.length;
  }
  return sum;
}

/**
 * Rank of the first relevant item, from 1, `Infinity` when there is none: behind the a items above,
 * the smallest of r places drawn from n without order is (n + 1) / (r + 1) on average.
 */
export function expectedFirstRank(groups: readonly TieGroup[]): number {
  const first = groups[0];
  if (first === undefined) return Number.POSITIVE_INFINITY;
  return first.above + (first.size + 1) / (first.relevant.length + 1);
}
