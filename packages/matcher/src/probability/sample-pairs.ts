import {
  createRandom,
  type EncodedPairs,
  type RunOptions,
  scoreRows,
  selectRows,
  yieldToEventLoop,
} from "@semblance/core";
import { readRelevance, relevanceClusters, type ScoredPairs } from "@semblance/eval";

/** Which pairs that are no match are looked at: those listed, or at most so many of all of them. */
export type Negatives = "listed" | number;

/** What {@link samplePairs} takes. */
export interface SamplePairsOptions extends RunOptions {
  readonly pairs: EncodedPairs;
  readonly negatives: Negatives;
  readonly seed: number;
}

/**
 * The scored pairs of a dataset: every match, and of all other pairs of an image and a text as many as
 * asked for, drawn at random without replacement and weighted to stand for all; or the pairs that are
 * listed. The cluster of an image or text is its component of the graph of matches.
 *
 * Memory grows with the pairs taken, not with images × texts.
 *
 * @throws RangeError unless `negatives` is `"listed"` or a positive number.
 */
export async function samplePairs(options: SamplePairsOptions): Promise<Required<ScoredPairs>> {
  const { pairs, negatives, signal } = options;
  const clusters = relevanceClusters(readRelevance(pairs));
  const taken = negatives === "listed" ? listedPairs(pairs) : allPairs(options, negatives);
  const { count, rule } = taken;
  const scores = new Float32Array(count);
  const labels = new Uint8Array(count);
  const groups = { image: new Uint32Array(count), text: new Uint32Array(count) };
  let at = 0;
  for (const { text, images, matches } of taken.rows) {
    if (text % 64 === 0) await yieldToEventLoop();
    signal?.throwIfAborted();
    scores.set(scoreText(pairs, text, images), at);
    for (const image of images) {
      labels[at] = matches.has(image) ? 1 : 0;
      groups.image[at] = clusters.i2t[image] ?? 0;
      groups.text[at] = clusters.t2i[text] ?? 0;
      at++;
    }
  }
  const weights = Float64Array.from(labels, (label) => (label === 1 ? 1 : taken.negativeWeight));
  return { scores, labels, weights, groups, rule };
}

function scoreText(pairs: EncodedPairs, text: number, images: ArrayLike<number>): Float32Array {
  const { image: all, text: queries } = pairs;
  const gallery = images.length === all.count ? all : selectRows(all, images);
  return scoreRows({ queries, from: text, to: text + 1, gallery });
}

/** Pairs to score, by text. */
interface TakenPairs {
  readonly rule: NonNullable<ScoredPairs["rule"]>;
  readonly count: number;
  /** How many pairs each one that is no match stands for. */
  readonly negativeWeight: number;
  readonly rows: Iterable<TextRow>;
}

interface TextRow {
  readonly text: number;
  /** Each once; all of them in order. */
  readonly images: Uint32Array;
  readonly matches: ReadonlySet<number>;
}

function listedPairs(pairs: EncodedPairs): TakenPairs {
  const matches = matchesByText(pairs);
  const images = Array.from(matches, () => new Set<number>());
  for (const { text, image } of pairs.judgements) images[text]?.add(image);
  const rows = images.map((listed, text) => rowOf(text, Uint32Array.from(listed).sort(), matches));
  const count = images.reduce((sum, listed) => sum + listed.size, 0);
  return { rule: "listed", count, negativeWeight: 1, rows };
}

function allPairs({ pairs, seed }: SamplePairsOptions, limit: number): TakenPairs {
  if (!(limit >= 1)) {
    throw new RangeError(`negatives must be "listed" or a positive number, found ${limit}.`);
  }
  const matches = matchesByText(pairs);
  const total = pairs.image.count * pairs.text.count;
  const positives = matches.reduce((sum, own) => sum + own.size, 0);
  const others = total - positives;
  if (others <= limit) {
    const images = Uint32Array.from({ length: pairs.image.count }, (_, image) => image);
    const rows = matches.map((_, text) => rowOf(text, images, matches));
    return { rule: "all-pairs", count: total, negativeWeight: 1, rows };
  }
  const wanted = Math.floor(limit);
  const drawn = drawOthers({ pairs, matches, wanted, seed });
  const rows = matches.map((own, text) => {
    const images = Uint32Array.from([...own, ...(drawn[text] ?? [])]);
    return rowOf(text, images.sort(), matches);
  });
  const negativeWeight = others / wanted;
  return { rule: "sampled-negatives", count: positives + wanted, negativeWeight, rows };
}

function rowOf(text: number, images: TextRow["images"], matches: readonly Set<number>[]): TextRow {
  return { text, images, matches: matches[text] ?? new Set() };
}

function matchesByText({ text, judgements }: EncodedPairs): Set<number>[] {
  const matches = Array.from({ length: text.count }, () => new Set<number>());
  for (const { text: row, image, relevance } of judgements) {
    if (relevance > 0) matches[row]?.add(image);
  }
  return matches;
}

// Draws again what was drawn before or is a match: some ten times as often where nearly all are wanted.
function drawOthers(draw: {
  readonly pairs: EncodedPairs;
  readonly matches: readonly ReadonlySet<number>[];
  readonly wanted: number;
  readonly seed: number;
}): ReadonlySet<number>[] {
  const { pairs, matches, wanted, seed } = draw;
  const random = createRandom(seed);
  const images = matches.map(() => new Set<number>());
  for (let count = 0; count < wanted; ) {
    const text = Math.floor(random() * pairs.text.count);
    const image = Math.floor(random() * pairs.image.count);
    const own = images[text];
    if (!own || own.has(image) || matches[text]?.has(image)) continue;
    own.add(image);
    count++;
  }
  return images;
}
