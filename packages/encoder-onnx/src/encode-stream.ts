import {
  type AnyIterable,
  type Embeddings,
  type EncodedBatch,
  type EncodeOptions,
  EncoderError,
  fromAnyIterable,
  type ItemFailure,
  normalizeRows,
  toEmbeddings,
  unlessAborted,
} from "@semblance/core";
import { mapBounded } from "./map-bounded.ts";

/** How the items of one tower are encoded. */
export interface ItemEncoder<Input, Prepared, Batch> {
  /** What is being done, for progress: `"encoding images"`. */
  readonly stage: string;
  /** Plural noun of the items. */
  readonly unit: string;
  readonly dimension: number;
  /** Items in a batch, unless a call says otherwise. */
  readonly batchSize: number;
  /** Items that are prepared at once. */
  readonly concurrency: number;
  /** Does what each item needs by itself. @throws EncoderError when the item is bad. */
  prepare(input: Input): Promise<Prepared>;
  /** The item in a few words, for the list of failures. */
  describe(input: Input): string;
  /** Makes the model's input of some items, while the model is at work on the batch before. */
  assemble(items: readonly Prepared[]): Batch;
  /** Runs a batch through the model: `[batch, dimension]`, and which of its items were cut. */
  run(batch: Batch): Promise<{ vectors: Float32Array; truncatedRows: readonly number[] }>;
}

interface PreparedBatch<Batch> {
  readonly size: number;
  /** Where the rows stand among the call's items. */
  readonly indices: Uint32Array;
  /** Absent when every item failed. */
  readonly batch?: Batch;
  readonly failures: readonly ItemFailure[];
}

/**
 * Encodes a stream of items in batches, lazily and in input order. While a batch is in the model, the
 * next one is made ready; no more than these two are in memory.
 *
 * @throws EncoderError for the first bad item unless `onError` is `"skip"`; `signal.reason` once aborted.
 */
export async function* encodeStream<Input, Prepared, Batch>(
  items: AnyIterable<Input>,
  encoder: ItemEncoder<Input, Prepared, Batch>,
  options: EncodeOptions = {},
): AsyncGenerator<EncodedBatch, void, undefined> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const total = Array.isArray(items) ? { total: items.length } : {};
  const batches = prepareBatches(items, encoder, options);
  const prepareNext = () => {
    const next = unlessAborted(batches.next(), signal);
    // Reported when its turn comes; until then it must not count as unhandled.
    next.catch(() => {});
    return next;
  };
  let done = 0;
  try {
    let next = prepareNext();
    for (;;) {
      const { value: batch, done: isEnd } = await next;
      if (isEnd === true || batch === undefined) return;
      next = prepareNext();
      const encoded = await unlessAborted(runBatch(batch, encoder), signal);
      done += batch.size;
      onProgress?.({ stage: encoder.stage, done, ...total, unit: encoder.unit });
      yield encoded;
    }
  } finally {
    // Not awaited: a source that has nothing to give at the moment must not hold back its reader.
    batches.return().catch(() => {});
  }
}

async function* prepareBatches<Input, Prepared, Batch>(
  items: AnyIterable<Input>,
  encoder: ItemEncoder<Input, Prepared, Batch>,
  options: EncodeOptions,
): AsyncGenerator<PreparedBatch<Batch>, void, undefined> {
  const { batchSize = encoder.batchSize, signal } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`batchSize must be a whole number above 0, found ${batchSize}.`);
  }
  let first = 0;
  let inputs: Input[] = [];
  const prepare = async () => {
    const batch = await prepareBatch(inputs, first, encoder, options);
    first += inputs.length;
    inputs = [];
    return batch;
  };
  for await (const item of fromAnyIterable(items, signal)) {
    inputs.push(item);
    if (inputs.length === batchSize) yield await prepare();
  }
  if (inputs.length > 0) yield await prepare();
}

async function prepareBatch<Input, Prepared, Batch>(
  inputs: readonly Input[],
  first: number,
  encoder: ItemEncoder<Input, Prepared, Batch>,
  { onError = "throw", signal }: EncodeOptions,
): Promise<PreparedBatch<Batch>> {
  const results = await mapBounded(inputs, encoder.concurrency, (input) => {
    signal?.throwIfAborted();
    return encoder.prepare(input);
  });
  const indices: number[] = [];
  const items: Prepared[] = [];
  const failures: ItemFailure[] = [];
  for (const [i, { input, result }] of results.entries()) {
    const index = first + i;
    if (result.status === "fulfilled") {
      indices.push(index);
      items.push(result.value);
    } else if (onError === "throw" || !EncoderError.isInstance(result.reason)) throw result.reason;
    else failures.push(toFailure(index, encoder.describe(input), result.reason));
  }
  return {
    size: inputs.length,
    indices: Uint32Array.from(indices),
    ...(items.length > 0 && { batch: encoder.assemble(items) }),
    failures,
  };
}

function toFailure(index: number, input: string, error: EncoderError): ItemFailure {
  const message = error.fix === undefined ? error.message : `${error.message} ${error.fix}`;
  return { index, input, code: error.code, message };
}

async function runBatch<Input, Prepared, Batch>(
  { batch, indices, failures }: PreparedBatch<Batch>,
  encoder: ItemEncoder<Input, Prepared, Batch>,
): Promise<EncodedBatch> {
  const { vectors, truncatedRows } =
    batch === undefined
      ? { vectors: new Float32Array(0), truncatedRows: [] }
      : await encoder.run(batch);
  const embeddings: Embeddings = normalizeRows(toEmbeddings(vectors, encoder.dimension));
  return {
    embeddings,
    indices,
    failures,
    truncated: truncatedRows.length,
    truncatedRows: Uint32Array.from(truncatedRows),
  };
}
