import {
  collect,
  type EncodedBatch,
  type EncodeOptions,
  type ItemFailure,
  rowOf,
  type Tower,
  toEmbeddings,
} from "@semblance/core";
import type { CacheableInput } from "./cached-tower-content.ts";
import type { EmbeddingCache } from "./embedding-cache.ts";
import type { CachedVector, CacheEntry } from "./vector.ts";

/** How the vectors of one tower are kept. */
export interface CachedTowerOptions<Input> {
  readonly tower: Tower<Input>;
  readonly dimension: number;
  /** The store; rejects once it is closed. */
  readonly cache: () => Promise<EmbeddingCache>;
  readonly identify: (towerId: string, input: Input) => Promise<CacheableInput<Input>>;
  /** Told how many vectors came from the store and how many from the tower. */
  readonly onLookup: (counts: { readonly hits: number; readonly misses: number }) => void;
  /** Items that are looked up at once, unless a call says otherwise. */
  readonly groupSize: number;
  readonly stage: string;
  readonly unit: string;
}

/** Some consecutive items of a call. */
export interface ItemGroup<Input> {
  readonly inputs: readonly Input[];
  /** The first one's place in the call. */
  readonly first: number;
}

/** What became of one item; `undefined` until it is known. */
type Outcome = CachedVector | ItemFailure | undefined;

/** A group's vectors, from the store where it has them, else from the tower and into the store. */
export async function encodeGroup<Input>(
  { inputs, first }: ItemGroup<Input>,
  options: CachedTowerOptions<Input>,
  encodeOptions: EncodeOptions,
): Promise<EncodedBatch> {
  const { tower, dimension, identify, onLookup } = options;
  const items = await Promise.all(inputs.map((input) => identify(tower.id, input)));
  const outcomes: Outcome[] = await lookUp(items, await options.cache(), dimension);
  const places = [...outcomes.keys()].filter((i) => outcomes[i] === undefined);
  onLookup({ hits: items.length - places.length, misses: places.length });
  if (places.length > 0) {
    const misses = places.flatMap((i) => items[i] ?? []);
    const encoded = await encodeMisses(misses, tower, encodeOptions);
    const cache = await options.cache();
    await cache.put(misses.flatMap((item, i) => toEntry(item, encoded[i])));
    for (const [i, item] of misses.entries()) {
      const outcome = encoded[i];
      outcomes[places[i] ?? 0] = isFailure(outcome)
        ? await encodeAlone(item, outcome, tower, encodeOptions)
        : outcome;
    }
  }
  return toBatch(outcomes, first, dimension);
}

async function lookUp<Input>(
  items: readonly CacheableInput<Input>[],
  cache: EmbeddingCache,
  dimension: number,
): Promise<Outcome[]> {
  const found = (await cache.get(items.flatMap(({ key }) => key ?? []))).values();
  return items.map(({ key }) => {
    const hit = key && found.next().value;
    return hit?.vector.length === dimension ? hit : undefined;
  });
}

/** In the order of `misses`. */
async function encodeMisses<Input>(
  misses: readonly CacheableInput<Input>[],
  tower: Tower<Input>,
  options: EncodeOptions,
): Promise<Outcome[]> {
  const contents = misses.map(({ content }) => content);
  const outcomes: Outcome[] = misses.map(() => undefined);
  for await (const batch of tower.encode(contents, { ...options, onError: "skip" })) {
    const inputs = [...batch.indices].flatMap((i) => contents[i] ?? []);
    const isTruncated = await truncationOf(batch, inputs, tower, options);
    for (const [row, i] of batch.indices.entries()) {
      const vector = rowOf(batch.embeddings, row).slice();
      outcomes[i] = { vector, isTruncated: isTruncated[row] ?? false };
    }
    for (const failure of batch.failures) outcomes[failure.index] = failure;
  }
  return outcomes;
}

/** Per row, whether its text was cut. Where a batch tells only that some were, each is asked for alone. */
async function truncationOf<Input>(
  { indices, truncated, truncatedRows }: EncodedBatch,
  inputs: readonly Input[],
  tower: Tower<Input>,
  options: EncodeOptions,
): Promise<boolean[]> {
  if (truncatedRows !== undefined) return inputs.map((_, row) => truncatedRows.includes(row));
  if (truncated === 0 || truncated === indices.length) return inputs.map(() => truncated > 0);
  const each: boolean[] = [];
  for await (const one of tower.encode(inputs, { ...options, batchSize: 1 })) {
    each.push(one.truncated > 0);
  }
  return each;
}

/**
 * An item that failed, once more as the caller gave it, so that the tower names what the caller knows
 * rather than bytes, and throws its own error. Should it succeed, the file has changed meanwhile:
 * its vector is not kept.
 */
async function encodeAlone<Input>(
  { input, content }: CacheableInput<Input>,
  failure: ItemFailure,
  tower: Tower<Input>,
  options: EncodeOptions,
): Promise<Outcome> {
  if (options.onError === "skip" && input === content) return failure;
  const { embeddings, failures, truncated } = await collect(tower.encode([input], options));
  return failures[0] ?? { vector: embeddings.data, isTruncated: truncated > 0 };
}

function toEntry<Input>({ key }: CacheableInput<Input>, outcome: Outcome): CacheEntry[] {
  return key && isVector(outcome) ? [{ key, ...outcome }] : [];
}

function toBatch(outcomes: readonly Outcome[], first: number, dimension: number): EncodedBatch {
  const rows = outcomes.flatMap((outcome, i) => (isVector(outcome) ? { ...outcome, i } : []));
  const data = new Float32Array(rows.length * dimension);
  const truncatedRows = rows.flatMap(({ isTruncated }, row) => (isTruncated ? row : []));
  for (const [row, { vector }] of rows.entries()) data.set(vector, row * dimension);
  return {
    embeddings: toEmbeddings(data, dimension),
    indices: Uint32Array.from(rows, ({ i }) => first + i),
    failures: outcomes.flatMap((outcome, i) =>
      isFailure(outcome) ? { ...outcome, index: first + i } : [],
    ),
    truncated: truncatedRows.length,
    truncatedRows: Uint32Array.from(truncatedRows),
  };
}

function isVector(outcome: Outcome): outcome is CachedVector {
  return outcome !== undefined && "vector" in outcome;
}

function isFailure(outcome: Outcome): outcome is ItemFailure {
  return outcome !== undefined && "code" in outcome;
}
