import { type Embeddings, rowOf } from "../embedding.ts";
import { scoreRows } from "../scoring/score-rows.ts";
import type { EncodedPairs } from "../trainer.ts";
import { type TieGroup, tieGroups } from "./tie-groups.ts";

/**
 * Expected reciprocal rank of the first relevant item when ties are broken at random, 0 when it
 * ranks beyond `k` or nowhere.
 *
 * In a group of n tied items, r of them relevant, behind c others, the first relevant one stands at
 * place j with probability C(n − j, r − 1) / C(n, r): McSherry & Najork, "Computing information
 * retrieval performance measures efficiently in the presence of tied scores", ECIR 2008, §3.
 */
export function expectedReciprocalRank(
  groups: readonly TieGroup[],
  k: number = Number.POSITIVE_INFINITY,
): number {
  const first = groups[0];
  if (first === undefined) return 0;
  const relevant = first.relevant.length;
  let expected = 0;
  // Walking down the places: the chance that none was relevant so far, times that this one is.
  let noneBefore = 1;
  const lastPlace = Math.min(first.size - relevant + 1, k - first.above);
  for (let place = 1; place <= lastPlace; place++) {
    const left = first.size - place + 1;
    expected += (noneBefore * (relevant / left)) / (first.above + place);
    noneBefore *= 1 - relevant / left;
  }
  return expected;
}

/** Per query, in row order; `NaN` for a query without relevant items. */
export interface ReciprocalRanks {
  /** Of every text among the images. */
  readonly t2i: Float64Array;
  /** Of every image among the texts. */
  readonly i2t: Float64Array;
}

/** Expected reciprocal ranks of both directions, by dot product. */
export function reciprocalRanks(pairs: EncodedPairs): ReciprocalRanks {
  // Sets: a pair that is judged twice is relevant once.
  const imagesOfText = Array.from({ length: pairs.text.count }, () => new Set<number>());
  const textsOfImage = Array.from({ length: pairs.image.count }, () => new Set<number>());
  for (const { text, image, relevance } of pairs.judgements) {
    if (relevance <= 0) continue;
    imagesOfText[text]?.add(image);
    textsOfImage[image]?.add(text);
  }
  return {
    t2i: rankDirection(pairs.text, pairs.image, imagesOfText),
    i2t: rankDirection(pairs.image, pairs.text, textsOfImage),
  };
}

function rankDirection(
  queries: Embeddings,
  gallery: Embeddings,
  relevant: readonly ReadonlySet<number>[],
): Float64Array {
  const scores = new Float32Array(gallery.count);
  return Float64Array.from(relevant, (items, query) => {
    if (items.size === 0) return Number.NaN;
    const vector = { data: rowOf(queries, query), count: 1, dimension: queries.dimension };
    scoreRows({ queries: vector, gallery, out: scores });
    return expectedReciprocalRank(tieGroups(scores, [...items]));
  });
}
