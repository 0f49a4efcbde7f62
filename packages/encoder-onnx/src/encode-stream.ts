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
} from "@semblance/core";
import { mapBounded } from "./map-bounded.ts";

/** How the items of one tower are encoded. */
export interface ItemEncoder<Input, Prepared> {
  /** What is being done, for progress: `"encoding images"`. */
  readonly stage: string;
  /** Plural noun of the items. */
  readonly unit: string;
  readonly dimension: number;
  /** Items in a batch, unless a call says otherwise. */
  readonly batchSize: number;
  /** Does what each item needs by itself. @throws EncoderError when the item is bad. */
  prepare(input: Input): Promise<Prepared>;
  /** The item in a few words, for the list of failures. */
  describe(input: Input): string;
  /** Runs a batch through the model: `[batch, dimension]`, and how many items were cut. */
  run(batch: readonly Prepared[]): Promise<{ vectors: Float32Array; truncated: number }>;
}

interface PreparedBatch<Prepared> {
  readonly size: number;
  readonly items: readonly { readonly index: number; readonly prepared: Prepared }[];
  readonly failures: readonly ItemFailure[];
}

/**
 * Encodes a stream of items in batches, lazily and in input order. Before a batch goes into the model,
 * the next one is asked for, so that the source can be at work; no more than these two are in memory.
 *
 * An encoder whose `run` blocks the event loop, as onnxruntime-node's does, holds back all JavaScript
 * meanwhile: of the next batch, only the file reads and decodes that had been handed to other threads
 * by then go on.
 *
 * @throws EncoderError for the first bad item unless `onError` is `"skip"`; `signal.reason` once aborted.
 */
export async function* encodeStream<Input, Prepared>(
  items: AnyIterable<Input>,
  encoder: ItemEncoder<Input, Prepared>,
  options: EncodeOptions = {},
): AsyncGenerator<EncodedBatch, void, undefined> {
  const { signal, onProgress } = options;
  signal?.throwIfAborted();
  const total = Array.isArray(items) ? { total: items.length } : {};
  const batches = prepareBatches(items, encoder, options);
  const prepareNext = () => {
    const next = nextUnlessAborted(batches, signal);
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
      const encoded = await runBatch(batch, encoder);
      signal?.throwIfAborted();
      done += batch.size;
      onProgress?.({ stage: encoder.stage, done, ...total, unit: encoder.unit });
      yield encoded;
    }
  } finally {
    // Not awaited: a source that has nothing to give at the moment must not hold back its reader.
    batches.return().catch(() => {});
  }
}

async function* prepareBatches<Input, Prepared>(
  items: AnyIterable<Input>,
  encoder: ItemEncoder<Input, Prepared>,
  options: EncodeOptions,
): AsyncGenerator<PreparedBatch<Prepared>, void, undefined> {
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

async function prepareBatch<Input, Prepared>(
  inputs: readonly Input[],
  first: number,
  encoder: ItemEncoder<Input, Prepared>,
  { onError = "throw", signal }: EncodeOptions,
): Promise<PreparedBatch<Prepared>> {
  const results = await mapBounded(inputs, (input) => {
    signal?.throwIfAborted();
    return encoder.prepare(input);
  });
  const items: { index: number; prepared: Prepared }[] = [];
  const failures: ItemFailure[] = [];
  for (const [i, { input, result }] of results.entries()) {
    const index = first + i;
    if (result.status === "fulfilled") items.push({ index, prepared: result.value });
    else if (onError === "throw" || !EncoderError.isInstance(result.reason)) throw result.reason;
    else failures.push(toFailure(index, encoder.describe(input), result.reason));
  }
  return { size: inputs.length, items, failures };
}

function toFailure(index: number, input: string, error: EncoderError): ItemFailure {
  const message = error.fix === undefined ? error.message : `${error.message} ${error.fix}`;
  return { index, input, code: error.code, message };
}

async function runBatch<Input, Prepared>(
  batch: PreparedBatch<Prepared>,
  encoder: ItemEncoder<Input, Prepared>,
): Promise<EncodedBatch> {
  const { items, failures } = batch;
  const { vectors, truncated } =
    items.length === 0
      ? { vectors: new Float32Array(0), truncated: 0 }
      : await encoder.run(items.map(({ prepared }) => prepared));
  const embeddings: Embeddings = normalizeRows(toEmbeddings(vectors, encoder.dimension));
  const indices = Uint32Array.from(items, ({ index }) => index);
  return { embeddings, indices, failures, truncated };
}

/** The next batch; rejects with the signal's reason as soon as it aborts, whatever the source waits for. */
async function nextUnlessAborted<T>(
  batches: AsyncGenerator<T, void, undefined>,
  signal: AbortSignal | undefined,
): Promise<IteratorResult<T, void>> {
  if (signal === undefined) return batches.next();
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    const settle = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort, { once: true });
    batches.next().then(resolve, reject).finally(settle);
  });
}
