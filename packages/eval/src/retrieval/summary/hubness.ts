import type { HitColumns } from "../query-columns.ts";

/**
 * Whether a few rows of the gallery are among the best of very many queries: hubs, which crowd out
 * what is relevant.
 */
export interface Hubness {
  /** How many best rows of each query were counted: 10, or the whole gallery when it is smaller. */
  readonly k: number;
  /**
   * Skewness of N_k, the number of queries that have a row among their k best: near 0 without hubs,
   * above 1 with many. 0 where all rows have the same N_k.
   */
  readonly skewness: number;
  /** The share of the gallery that no query has among its k best, in [0, 1]. */
  readonly antiHubs: number;
  /** The greatest N_k. */
  readonly largest: number;
}

/** How many best rows of each query hubness looks at. */
export const hubK = 10;

/**
 * Counts how often each row of the gallery is among the k best of the queries that count, ties by
 * row. The skewness is that of the population, E(N − μ)³ / σ³.
 *
 * @see Radovanović, Nanopoulos & Ivanović, "Hubs in space: popular nearest neighbors in
 * high-dimensional data", JMLR 11 (2010).
 */
export function measureHubness(hits: HitColumns, k: number, gallery: number): Hubness {
  const occurrences = new Uint32Array(gallery);
  for (const [at, row] of hits.rows.entries()) {
    if (at % hits.perQuery < k) occurrences[row] = (occurrences[row] ?? 0) + 1;
  }
  const mean = occurrences.reduce((sum, count) => sum + count, 0) / gallery;
  const moment = (power: number) =>
    occurrences.reduce((sum, count) => sum + (count - mean) ** power, 0) / gallery;
  const variance = moment(2);
  return {
    k,
    skewness: variance === 0 ? 0 : moment(3) / variance ** 1.5,
    antiHubs: occurrences.reduce((none, count) => none + (count === 0 ? 1 : 0), 0) / gallery,
    largest: occurrences.reduce((most, count) => Math.max(most, count), 0),
  };
}
