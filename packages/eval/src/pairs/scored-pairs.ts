/** Pairs of an image and a text: how alike a model finds them, and whether they belong together. */
export interface ScoredPairs {
  /** One per pair, higher for a better match: a cosine similarity, unless said otherwise. */
  readonly scores: Float32Array | Float64Array;
  /** One per pair: 1 for a match, 0 for none. */
  readonly labels: Uint8Array;
  /** One per pair, finite and not negative. @defaultValue 1 for each */
  readonly weights?: Float64Array;
  /** What depends on what. @defaultValue every pair is independent */
  readonly groups?: PairGroups;
  /** Where the pairs come from. @defaultValue `"listed"` */
  readonly rule?: SamplingRule;
}

/**
 * Which pairs depend on each other: one cluster per pair, or the cluster of its image and that of its
 * text, numbered alike, as in a product of all images with all texts. There a pair depends on all
 * that share its image or its text, and a cluster holds an image with the texts that belong to it.
 */
export type PairGroups =
  | Uint32Array
  | {
      /** One per pair: the cluster of its image. */
      readonly image: Uint32Array;
      /** One per pair: the cluster of its text. */
      readonly text: Uint32Array;
    };

/**
 * `listed`: pairs that somebody chose; `all-pairs`: every image with every text;
 * `sampled-negatives`: every match, and of the other pairs a weighted sample. The share of matches
 * among listed pairs varies from sample to sample; in the others it comes from how they were made, and
 * intervals take it as given.
 */
export type SamplingRule = "listed" | "all-pairs" | "sampled-negatives";

/** Where pairs came from: most of what is measured on pairs depends on it. */
export interface PairSampling {
  readonly rule: SamplingRule;
  /** Matches, counted without weights. */
  readonly positives: number;
  /** Other pairs, counted without weights. */
  readonly negatives: number;
  /** Share of matches by weight, in [0, 1]. */
  readonly prior: number;
}

/**
 * The share of matches that a result should hold for: that of the pairs by weight, or another one,
 * in (0, 1), to which both classes are weighted.
 */
export type Prior = "data" | number;

/** How to make intervals. */
export interface PairConfidence {
  /** How often to resample. @defaultValue 1000 */
  readonly resamples?: number;
  /** An integer in [0, 2³²); the same seed gives the same interval. @defaultValue 0 */
  readonly seed?: number;
}
