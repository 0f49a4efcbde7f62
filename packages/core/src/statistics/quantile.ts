/**
 * The value below which a `share` of the values lies, linear between neighbours.
 *
 * @param sorted - At least one value, lowest first.
 * @param share - In [0, 1].
 * @see Hyndman & Fan, "Sample quantiles in statistical packages", The American Statistician 50
 * (1996), definition 7: the default of numpy and R.
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (high - low) * (position - below);
}
