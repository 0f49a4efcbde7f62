import {
  type Embeddings,
  type EncodedPairs,
  expectedReciprocalRank,
  type Judged,
  type Metrics,
  scoreRows,
  type TieGroup,
  tieGroups,
} from "@semblance/core";
import type { Pace } from "./pace.ts";

/** How well queries of one direction find what belongs to them; `NaN` for one without a match. */
interface DirectionRanks {
  /** Expected reciprocal rank of the first match, per query. */
  readonly reciprocal: Float64Array;
  /** Chance that a match is among the first 1, 5, 10, per query. */
  readonly hits: readonly Float64Array[];
}

/** Both directions. */
export interface PairRanks {
  readonly t2i: DirectionRanks;
  readonly i2t: DirectionRanks;
}

const cutoffs = [1, 5, 10];

/** Ranks both sides of pairs against each other, ties broken at random. */
export async function rankPairs(pairs: EncodedPairs, pace: Pace): Promise<PairRanks> {
  const imagesOfText = Array.from({ length: pairs.text.count }, () => new Set<number>());
  const textsOfImage = Array.from({ length: pairs.image.count }, () => new Set<number>());
  for (const { text, image, relevance } of pairs.judgements) {
    if (!(relevance > 0)) continue;
    imagesOfText[text]?.add(image);
    textsOfImage[image]?.add(text);
  }
  return {
    t2i: await rankDirection(pairs.text, pairs.image, imagesOfText, pace),
    i2t: await rankDirection(pairs.image, pairs.text, textsOfImage, pace),
  };
}

async function rankDirection(
  queries: Embeddings,
  gallery: Embeddings,
  relevant: readonly ReadonlySet<number>[],
  pace: Pace,
): Promise<DirectionRanks> {
  const scores = new Float32Array(gallery.count);
  const reciprocal = new Float64Array(queries.count).fill(Number.NaN);
  const hits = cutoffs.map(() => reciprocal.slice());
  for (const [query, matches] of relevant.entries()) {
    if (matches.size === 0) continue;
    scoreRows({ queries, from: query, to: query + 1, gallery, out: scores });
    const groups = tieGroups(scores, [...matches]);
    reciprocal[query] = expectedReciprocalRank(groups);
    for (const [i, k] of cutoffs.entries()) {
      const chances = hits[i];
      if (chances) chances[query] = expectedHit(groups[0], k);
    }
    await pace.pause();
  }
  return { reciprocal, hits };
}

/**
 * The chance that a match is among the first `k`. Of a group of n tied items, r of them matches, the
 * first m places have none with probability C(n − r, m) / C(n, m).
 */
function expectedHit(group: TieGroup | undefined, k: number): number {
  if (group === undefined) return Number.NaN;
  const { above, size, relevant } = group;
  const places = Math.min(Math.max(k - above, 0), size);
  let none = 1;
  for (let place = 0; place < places; place++) {
    none *= Math.max(0, size - relevant.length - place) / (size - place);
  }
  return 1 - none;
}

/** The mean over the queries of both directions, as {@link Judged} compares it. */
export function meanReciprocalRank({ t2i, i2t }: PairRanks): number {
  return meanOf([...t2i.reciprocal, ...i2t.reciprocal]);
}

/** Metrics with keys as in `eval --json`. */
export function toMetrics(ranks: PairRanks): Metrics {
  const entries = (["t2i", "i2t"] as const).flatMap((side) => [
    ...cutoffs.map((k, i) => [`${side}.hit@${k}`, meanOf(ranks[side].hits[i] ?? [])] as const),
    [`${side}.mrr`, meanOf(ranks[side].reciprocal)] as const,
  ]);
  return Object.fromEntries(entries);
}

function meanOf(values: ArrayLike<number>): number {
  const known = Array.from(values).filter((value) => !Number.isNaN(value));
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
}
