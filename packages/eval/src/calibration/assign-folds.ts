import { createRandom } from "@semblance/core";
import type { PairTable } from "../pairs/pair-table.ts";

/** What {@link assignFolds} deals out. */
export interface FoldOptions {
  readonly folds: number;
  readonly seed: number;
}

/**
 * The part of every cluster: clusters are shuffled and dealt out in turn, those with a match first, so
 * that every part has its share of matches.
 *
 * @returns one per cluster, from 0.
 */
export function assignFolds(table: PairTable, { folds, seed }: FoldOptions): Uint32Array {
  const { count } = table.clusters;
  const withMatch = clustersWithMatch(table);
  const isFirst = (cluster: number) => Number(!withMatch.has(cluster));
  const dealt = shuffle(count, createRandom(seed)).sort((a, b) => isFirst(a) - isFirst(b));
  const foldOf = new Uint32Array(count);
  for (const [i, cluster] of dealt.entries()) foldOf[cluster] = i % folds;
  return foldOf;
}

/** The clusters of images that have a match with weight. */
export function clustersWithMatch({ labels, weights, clusters }: PairTable): Set<number> {
  const found = new Set<number>();
  for (const [pair, cluster] of clusters.image.entries()) {
    if (labels[pair] && weights[pair]) found.add(cluster);
  }
  return found;
}

// Fisher and Yates.
function shuffle(count: number, random: () => number): number[] {
  const list = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [list[i], list[other]] = [list[other] ?? 0, list[i] ?? 0];
  }
  return list;
}
