import type { AnyIterable } from "./any-iterable.ts";
import { normalizeRows, rowOf, toEmbeddings } from "./embedding.ts";
import type { EncodedBatch, EncodeOptions, Tower } from "./encoder.ts";
import { EncoderError } from "./errors.ts";
import { fromAnyIterable } from "./from-any-iterable.ts";
import type { ItemFailure } from "./item-failure.ts";

/** An item whose parts are on their way through the tower. */
interface PendingItem {
  readonly index: number;
  /** Parts neither encoded nor failed yet. */
  partsLeft: number;
  /** Sum of the parts' unit vectors; absent until the first is there. */
  sum?: Float32Array;
  partsAdded: number;
  readonly failures: ItemFailure[];
}

interface Pending {
  /** In input order, the first unfinished item first. */
  readonly items: PendingItem[];
  /** The item of each part given to the tower and not yet forgotten. */
  readonly itemOfPart: PendingItem[];
  /** Parts forgotten: the number of the first part in `itemOfPart`. */
  firstPart: number;
}

/**
 * Encodes items of one or several parts (an image item may hold several photos): the vector of an
 * item is the L2-normalised mean of its parts' unit vectors.
 *
 * A part that fails is listed under its item's index, together with the item's row; the item itself is
 * left out only when none of its parts could be encoded. Lazy and in input order; memory is bounded by the tower's batch.
 *
 * @throws {@link EncoderError} for the first bad part unless `onError` is `"skip"`; an item without
 * parts has the code `ITEM_EMPTY`.
 */
export async function* encodeItems<Input>(
  tower: Tower<Input>,
  items: AnyIterable<readonly Input[]>,
  options: EncodeOptions = {},
): AsyncGenerator<EncodedBatch, void, undefined> {
  const pending: Pending = { items: [], itemOfPart: [], firstPart: 0 };
  for await (const batch of tower.encode(flatten(items, options, pending), options)) {
    addBatch(pending, batch);
    yield takeFinished(pending, batch.truncated);
  }
  if (pending.items.length > 0) yield takeFinished(pending, 0);
}

async function* flatten<Input>(
  items: AnyIterable<readonly Input[]>,
  options: EncodeOptions,
  pending: Pending,
): AsyncGenerator<Input, void, undefined> {
  let index = 0;
  for await (const parts of fromAnyIterable(items, options.signal)) {
    const item: PendingItem = { index, partsLeft: parts.length, partsAdded: 0, failures: [] };
    pending.items.push(item);
    if (parts.length === 0) item.failures.push(emptyItem(index, options.onError ?? "throw"));
    for (const part of parts) {
      pending.itemOfPart.push(item);
      yield part;
    }
    index++;
  }
}

function emptyItem(index: number, onError: "throw" | "skip"): ItemFailure {
  const code = "ITEM_EMPTY";
  const message = `Item ${index} has no content to encode.`;
  if (onError === "throw") throw new EncoderError({ code, message });
  return { index, input: "", code, message };
}

function addBatch(pending: Pending, batch: EncodedBatch): void {
  for (const failure of batch.failures) {
    const item = itemOf(pending, failure.index);
    item.partsLeft--;
    item.failures.push({ ...failure, index: item.index });
  }
  for (let row = 0; row < batch.embeddings.count; row++) {
    const item = itemOf(pending, batch.indices[row] ?? 0);
    item.partsLeft--;
    item.partsAdded++;
    addVector(item, rowOf(batch.embeddings, row));
  }
  const unfinished = pending.itemOfPart.findIndex((item) => item.partsLeft > 0);
  const finished = unfinished === -1 ? pending.itemOfPart.length : unfinished;
  pending.itemOfPart.splice(0, finished);
  pending.firstPart += finished;
}

function itemOf(pending: Pending, part: number): PendingItem {
  const item = pending.itemOfPart[part - pending.firstPart];
  if (item !== undefined) return item;
  throw new EncoderError({
    code: "TOWER_BROKE_CONTRACT",
    message: `The tower answered for part ${part}, which it was not given or had answered before.`,
    fix: "Run encoderCases of @semblance/core/conformance against this encoder.",
  });
}

function addVector(item: PendingItem, vector: Float32Array): void {
  if (item.sum === undefined) {
    item.sum = vector.slice();
    return;
  }
  for (let i = 0; i < vector.length; i++) item.sum[i] = (item.sum[i] ?? 0) + (vector[i] ?? 0);
}

function takeFinished(pending: Pending, truncated: number): EncodedBatch {
  const unfinished = pending.items.findIndex((item) => item.partsLeft > 0);
  const finished = pending.items.splice(0, unfinished === -1 ? pending.items.length : unfinished);
  const encoded = finished.filter((item) => item.sum !== undefined);
  const dimension = encoded[0]?.sum?.length ?? 0;
  const data = new Float32Array(encoded.length * dimension);
  for (const [row, item] of encoded.entries()) data.set(meanDirection(item), row * dimension);
  return {
    embeddings: { data, dimension, count: encoded.length },
    indices: Uint32Array.from(encoded, (item) => item.index),
    failures: finished.flatMap((item) => item.failures),
    truncated,
  };
}

// One part is a unit vector already: scaling it again would only add rounding.
function meanDirection(item: PendingItem): Float32Array {
  const sum = item.sum ?? new Float32Array(0);
  return item.partsAdded > 1 ? normalizeRows(toEmbeddings(sum, sum.length)).data : sum;
}
