/** How {@link ReliabilityBin}s are cut: into equal weights, or into equal lengths of [0, 1]. */
export interface Binning {
  readonly kind: "equal-mass" | "equal-width";
  readonly count: number;
}

/** Pairs with similar probabilities. */
export interface ReliabilityBin {
  /** What was promised, in [0, 1]. */
  readonly meanProbability: number;
  /** The share of matches that came, in [0, 1]. */
  readonly observed: number;
  /** Pairs in it. */
  readonly count: number;
  /** Their share of all weight, in [0, 1]. */
  readonly weight: number;
}
