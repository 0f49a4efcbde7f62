import type { PairClusters } from "./pair-table.ts";

// With more clusters a resample costs more, with two a pair their square, and the interval hardly
// changes.
const mostClusters = { alone: 2000, crossed: 200 };

/**
 * Deals clusters out in turn to fewer, larger ones: at most 200 where pairs have two of them, so that
 * there are at most 40,000 combinations, and otherwise at most 2,000. Larger clusters are as independent
 * of each other as small ones.
 */
export function mergeClusters(clusters: PairClusters): PairClusters {
  const { image, text, count } = clusters;
  const isCrossed = image !== text;
  const most = isCrossed ? mostClusters.crossed : mostClusters.alone;
  if (count <= most) return clusters;
  const merged = (of: Uint32Array) => of.map((cluster) => cluster % most);
  const mergedImage = merged(image);
  return { image: mergedImage, text: isCrossed ? merged(text) : mergedImage, count: most };
}

/**
 * How often a resample holds a pair of these two clusters: as often as the one cluster was drawn where
 * they are the same (an image stays with its own texts), otherwise the product, over its expected value
 * of 1 − 1/count. Pairs that share an image or a text so rise and fall together.
 *
 * Where the image and the text each matter by themselves the spread is right; what is particular to
 * one pair it counts up to three times, so that intervals are wide rather than narrow.
 *
 * @param times - How often each cluster was drawn, of as many draws as there are clusters.
 * @see Snijders & Borgatti, "Non-parametric standard errors and tests for network statistics",
 * Connections 22 (1999): drawing vertices; Owen, "The pigeonhole bootstrap", Annals of Applied
 * Statistics 1 (2007): why the spread is not too small.
 */
export function timesDrawn(times: Float64Array, image: number, text: number): number {
  const drawn = times[image] as number;
  if (image === text) return drawn;
  return (drawn * (times[text] as number) * times.length) / (times.length - 1);
}
