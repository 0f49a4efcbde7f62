import {
  type Embeddings,
  type EncodedPairs,
  expectedReciprocalRank,
  type Grades,
  type Metrics,
  queryMetrics,
  scoreRows,
  tieGroups,
} from "@semblance/core";
import type { FitMetric } from "./fit-metric.ts";
import type { Pace } from "./pace.ts";
import { relevantPairs } from "./training-pairs.ts";

/** Queries of one direction, in row order; `NaN` for one that nothing belongs to. */
interface DirectionRanks {
  /** Expected reciprocal rank of the first match. */
  readonly reciprocal: Float64Array;
  /** Chance that a match is among the first 1, 5, 10. */
  readonly hits: readonly Float64Array[];
  /** What the metric says, whether it is about this direction or not. */
  readonly values: Float64Array;
}

/** Both directions, ties broken at random. */
export interface PairRanks {
  readonly t2i: DirectionRanks;
  readonly i2t: DirectionRanks;
  /**
   * The metric's values of texts, then of images; `NaN` also for those of a direction that it is not
   * about. Its mean is the metric.
   */
  readonly values: Float64Array;
}

const cutoffs = [1, 5, 10];

/** Ranks both sides of pairs against each other. */
export async function rankPairs(
  pairs: EncodedPairs,
  metric: FitMetric,
  pace: Pace,
): Promise<PairRanks> {
  const imagesOfText = Array.from({ length: pairs.text.count }, () => new Map<number, number>());
  const textsOfImage = Array.from({ length: pairs.image.count }, () => new Map<number, number>());
  for (const { text, image, relevance } of relevantPairs(pairs.judgements)) {
    imagesOfText[text]?.set(image, relevance);
    textsOfImage[image]?.set(text, relevance);
  }
  const { image, text } = pairs;
  const t2i = await rankDirection(
    { queries: text, gallery: image, relevant: imagesOfText },
    metric,
    pace,
  );
  const i2t = await rankDirection(
    { queries: image, gallery: text, relevant: textsOfImage },
    metric,
    pace,
  );
  return { t2i, i2t, values: joinValues(metric, t2i.values, i2t.values) };
}

interface Direction {
  readonly queries: Embeddings;
  readonly gallery: Embeddings;
  readonly relevant: readonly Grades[];
}

async function rankDirection(
  { queries, gallery, relevant }: Direction,
  metric: FitMetric,
  pace: Pace,
): Promise<DirectionRanks> {
  const scores = new Float32Array(gallery.count);
  const unknown = () => new Float64Array(queries.count).fill(Number.NaN);
  const [reciprocal, values, hits] = [unknown(), unknown(), cutoffs.map(unknown)];
  for (const [query, grades] of relevant.entries()) {
    if (grades.size === 0) continue;
    scoreRows({ queries, from: query, to: query + 1, gallery, out: scores });
    const groups = tieGroups(scores, [...grades.keys()]);
    const metrics = queryMetrics({ groups, grades, cutoffs });
    reciprocal[query] = expectedReciprocalRank(groups);
    values[query] = metric.measure(groups, grades);
    for (const [i, k] of cutoffs.entries()) hits[i]?.set([metrics[`hit@${k}`] ?? 0], query);
    await pace.pause();
  }
  return { reciprocal, hits, values };
}

function joinValues(
  { direction, isSum }: FitMetric,
  t2i: Float64Array,
  i2t: Float64Array,
): Float64Array {
  const sides = { t2i, i2t };
  const counts = { t2i: countKnown(t2i), i2t: countKnown(i2t) };
  const all = counts.t2i + counts.i2t;
  const joined = (["t2i", "i2t"] as const).flatMap((side) => {
    const isAsked = direction === undefined || direction === side;
    const weight = isSum ? all / counts[side] : 1;
    return Array.from(sides[side], (value) => (isAsked ? weight * value : Number.NaN));
  });
  return Float64Array.from(joined);
}

function countKnown(values: Float64Array): number {
  return values.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
}

/** The metric: the mean of what is known of its values. */
export function metricOf({ values }: PairRanks): number {
  return meanOf(values);
}

/** Metrics with keys as in `eval --json`, among them the one that is asked for. */
export function toMetrics(ranks: PairRanks, metric: FitMetric): Metrics {
  const sides = ["t2i", "i2t"] as const;
  const usual = sides.flatMap((side) => [
    ...cutoffs.map((k, i) => [`${side}.hit@${k}`, meanOf(ranks[side].hits[i] ?? [])] as const),
    [`${side}.mrr`, meanOf(ranks[side].reciprocal)] as const,
  ]);
  const plain = metric.name.replace(/^(t2i|i2t)\./, "");
  const sign = plain === "meanr" ? -1 : 1;
  const asked = sides
    .filter((side) => metric.direction === undefined || metric.direction === side)
    .map((side) => [`${side}.${plain}`, sign * meanOf(ranks[side].values)] as const);
  return Object.fromEntries([...usual, ...(metric.isSum ? [["rsum", metricOf(ranks)]] : asked)]);
}

function meanOf(values: ArrayLike<number>): number {
  const known = Array.from(values).filter((value) => !Number.isNaN(value));
  return known.length === 0 ? 0 : known.reduce((sum, value) => sum + value, 0) / known.length;
}
