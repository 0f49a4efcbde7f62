import {
  type AnyIterable,
  type Embeddings,
  type EncodedBatch,
  type EncodeOptions,
  type EncoderError,
  fromAnyIterable,
  type ItemFailure,
  normalizeRows,
  toEmbeddings,
  unlessAborted,
} from "@semblance/core";

/** How the items of one tower are encoded. */
export interface ItemEncoder<Input, Batch> {
  /** What is being done, for progress: `"encoding images"`. */
  readonly stage: string;
  /** Plural noun of the items. */
  readonly unit: string;
  readonly dimension: number;
  /** Items in a batch, unless a call says otherwise. */
  readonly batchSize: number;
  /** Makes the model's input of some items, while the model is at work on the batch before. */
  prepare(inputs: readonly Input[]): Promise<PreparedItems<Batch>>;
  /** The item in a few words, for the list of failures. */
  describe(input: Input): string;
  /** Runs a batch through the model: `[batch, dimension]`, and which of its items were cut. */
  run(batch: Batch): Promise<{ vectors: Float32Array; truncatedRows: readonly number[] }>;
}

/** The model's input of some items. */
interface PreparedItems<Batch> {
  /** Absent when all items are bad. */
  readonly batch?: Batch;
  /** Why items are not in it, by their position. */
  readonly errors: ReadonlyMap<number, EncoderError>;
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
export async function* encodeStream<Input, Batch>(
  items: AnyIterable<Input>,
  encoder: ItemEncoder<Input, Batch>,
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

async function* prepareBatches<Input, Batch>(
  items: AnyIterable<Input>,
  encoder: ItemEncoder<Input, Batch>,
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

async function prepareBatch<Input, Batch>(
  inputs: readonly Input[],
  first: number,
  encoder: ItemEncoder<Input, Batch>,
  { onError = "throw" }: EncodeOptions,
): Promise<PreparedBatch<Batch>> {
  const { batch, errors } = await encoder.prepare(inputs);
  const indices: number[] = [];
  const failures: ItemFailure[] = [];
  for (const [i, input] of inputs.entries()) {
    const error = errors.get(i);
    if (error === undefined) indices.push(first + i);
    else if (onError === "throw") throw error;
    else failures.push(toFailure(first + i, encoder.describe(input), error));
  }
  return {
    size: inputs.length,
    indices: Uint32Array.from(indices),
    ...(batch !== undefined && { batch }),
    failures,
  };
}

function toFailure(index: number, input: string, error: EncoderError): ItemFailure {
  const message = error.fix === undefined ? error.message : `${error.message} ${error.fix}`;
  return { index, input, code: error.code, message };
}

async function runBatch<Input, Batch>(
  { batch, indices, failures }: PreparedBatch<Batch>,
  encoder: ItemEncoder<Input, Batch>,
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
