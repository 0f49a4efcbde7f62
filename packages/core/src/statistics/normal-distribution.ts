/**
 * The share of a standard normal distribution below `z`, to 1e-15.
 *
 * @see Marsaglia, "Evaluating the normal distribution", Journal of Statistical Software 11 (2004):
 * ½ + φ(z) · (z + z³/3 + z⁵/(3·5) + …).
 */
export function normalShare(z: number): number {
  if (Math.abs(z) > 8) return z > 0 ? 1 : 0;
  let sum = z;
  let term = z;
  for (let i = 3; Math.abs(term) > 1e-17 * Math.abs(sum); i += 2) {
    term *= (z * z) / i;
    sum += term;
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI);
}

/**
 * The value below which a `share` of a standard normal distribution lies: the inverse of
 * {@link normalShare}, by halving.
 *
 * @param share - In (0, 1).
 */
export function normalQuantile(share: number): number {
  let low = -8;
  let high = 8;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalShare(middle) < share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The value below which a `share` of Student's t distribution lies: to three digits from 4 degrees of
 * freedom on, too small by a tenth for 1.
 *
 * @param share - In (0, 1).
 * @param degrees - Degrees of freedom, at least 1.
 * @see Abramowitz & Stegun, "Handbook of Mathematical Functions" (1964), 26.7.5.
 */
export function studentQuantile(share: number, degrees: number): number {
  const z = normalQuantile(share);
  const s = z * z;
  const terms = [
    (z * (s + 1)) / 4,
    (z * (5 * s ** 2 + 16 * s + 3)) / 96,
    (z * (3 * s ** 3 + 19 * s ** 2 + 17 * s - 15)) / 384,
    (z * (79 * s ** 4 + 776 * s ** 3 + 1482 * s ** 2 - 1920 * s - 945)) / 92160,
  ];
  return terms.reduce((sum, term, i) => sum + term / degrees ** (i + 1), z);
}
