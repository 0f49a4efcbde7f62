import type { RunOptions } from "@semblance/core";

/** Options of {@link splitDataset}. */
export interface SplitOptions extends Pick<RunOptions, "signal"> {
  /** Share of the images by split, each in (0, 1], together 1: `{ train: 0.8, test: 0.2 }`. */
  readonly fractions: Readonly<Record<string, number>>;
  /** An integer; another seed gives another random split. */
  readonly seed: number;
  /** A caption relevant to more images than this does not bind them together. @defaultValue 3 */
  readonly maxImagesPerCaption?: number;
}

/** @throws RangeError that names the option, what was found and what is expected. */
export function checkSplitOptions(options: SplitOptions): void {
  const { fractions, seed, maxImagesPerCaption = 1 } = options;
  const shares = Object.entries(fractions);
  for (const [split, share] of shares) {
    if (share > 0 && share <= 1) continue;
    throw new RangeError(`fractions.${split} must be above 0 and at most 1, found ${share}.`);
  }
  const sum = shares.reduce((total, [, share]) => total + share, 0);
  if (!(Math.abs(sum - 1) <= 1e-6)) {
    throw new RangeError(`fractions must add up to 1, found ${sum}.`);
  }
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed must be an integer, found ${seed}.`);
  if (!(maxImagesPerCaption >= 1)) {
    throw new RangeError(`maxImagesPerCaption must be at least 1, found ${maxImagesPerCaption}.`);
  }
}
