import type { Interval } from "./interval.ts";
import { normalQuantile } from "./normal-distribution.ts";

/**
 * 95 % interval of a share, of which `share` was seen in `n` independent trials: Wilson's score
 * interval. It has a width also for a share of 0 or 1, where a bootstrap has none.
 *
 * @param share - In [0, 1].
 * @param n - At least 1.
 * @see Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22
 * (1927); Brown, Cai & DasGupta, "Interval estimation for a binomial proportion", Statistical
 * Science 16 (2001).
 */
export function wilsonInterval(share: number, n: number): Interval {
  const squared = normalQuantile(0.975) ** 2;
  const middle = share + squared / (2 * n);
  const half = Math.sqrt(squared * ((share * (1 - share)) / n + squared / (4 * n * n)));
  const scale = 1 + squared / n;
  // Exact where rounding would leave a trace.
  const low = share === 0 ? 0 : (middle - half) / scale;
  const high = share === 1 ? 1 : (middle + half) / scale;
  return [low, high];
}
