import type { AnyIterable } from "../any-iterable.ts";
import { normalizeRows } from "../embedding.ts";
import type { EncodedBatch, EncodeOptions, Encoder, Tower } from "../encoder.ts";
import { EncoderError } from "../errors.ts";
import { fromAnyIterable } from "../from-any-iterable.ts";
import type { ImageInput } from "../image.ts";
import type { ItemFailure } from "../item-failure.ts";
import { unlessAborted } from "../unless-aborted.ts";

/** Options of {@link createFakeEncoder}. */
export interface FakeEncoderOptions {
  /** @defaultValue 8 */
  readonly dimension?: number;
  /** Inputs that cannot be encoded, by the text or path given. */
  readonly unreadable?: readonly string[];
  /** Texts longer than this count as truncated, and are read up to it. @defaultValue 77 */
  readonly maxLength?: number;
}

/**
 * A small encoder for tests that need one but not its quality: no files, no native code, and the same
 * vectors everywhere. Letters decide: texts or paths that share words lie close together.
 *
 * A path counts by its file name without extension, so that `photos/red-dog.jpg` lies by `"red dog"`.
 */
export function createFakeEncoder(options: FakeEncoderOptions = {}): Encoder {
  const { dimension = 8, unreadable = [], maxLength = 77 } = options;
  let isDisposed = false;
  const requireOpen = () => {
    if (!isDisposed) return;
    throw new EncoderError({ code: "CLOSED", message: "This encoder has been disposed of." });
  };
  const settings = { dimension, maxLength, unreadable: new Set(unreadable), requireOpen };
  return {
    id: `fake-${dimension}`,
    name: "fake",
    dimension,
    scoring: { kind: "softmax", logitScale: 100, logitBias: 0 },
    image: createTower<ImageInput>(`fake-image-${dimension}`, nameOfImage, settings),
    text: createTower<string>(`fake-text-${dimension}`, (text) => text, settings),
    [Symbol.asyncDispose]: async () => {
      isDisposed = true;
    },
  };
}

interface TowerSettings {
  readonly dimension: number;
  readonly maxLength: number;
  readonly unreadable: ReadonlySet<string>;
  /** @throws EncoderError `CLOSED` after disposal. */
  readonly requireOpen: () => void;
}

function createTower<Input>(
  id: string,
  wordsOf: (input: Input) => string,
  settings: TowerSettings,
): Tower<Input> {
  return {
    id,
    encode: (items, options = {}) => encode(items, wordsOf, settings, options),
  };
}

async function* encode<Input>(
  items: AnyIterable<Input>,
  wordsOf: (input: Input) => string,
  settings: TowerSettings,
  options: EncodeOptions,
): AsyncGenerator<EncodedBatch, void, undefined> {
  const { batchSize = 4, onError = "throw", signal, onProgress } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1) {
    throw new RangeError(`batchSize must be a whole number above 0, found ${batchSize}.`);
  }
  settings.requireOpen();
  const total = Array.isArray(items) ? { total: items.length } : {};
  let index = 0;
  let words: { index: number; text: string }[] = [];
  let failures: ItemFailure[] = [];
  const finishBatch = () => {
    const batch = toBatch(words, failures, settings);
    onProgress?.({ stage: "encoding", done: index, ...total, unit: "items" });
    [words, failures] = [[], []];
    return batch;
  };
  for await (const item of readUnlessAborted(items, signal)) {
    const text = wordsOf(item);
    if (!settings.unreadable.has(text)) words.push({ index, text });
    else failures.push(failureOf(index, text, onError));
    index++;
    if (words.length + failures.length === batchSize) yield finishBatch();
  }
  if (words.length + failures.length > 0) yield finishBatch();
}

async function* readUnlessAborted<Input>(
  items: AnyIterable<Input>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Input, void, undefined> {
  const source = fromAnyIterable(items);
  try {
    for (;;) {
      const { value, done } = await unlessAborted(source.next(), signal);
      if (done === true) return;
      yield value;
    }
  } finally {
    // Not awaited: a source that has nothing to give at the moment must not hold back its reader.
    source.return().catch(() => {});
  }
}

function failureOf(index: number, input: string, onError: "throw" | "skip"): ItemFailure {
  const code = "INPUT_UNREADABLE";
  const message = `Cannot read ${JSON.stringify(input)}.`;
  if (onError === "throw") throw new EncoderError({ code, message });
  return { index, input, code, message };
}

function toBatch(
  words: readonly { index: number; text: string }[],
  failures: readonly ItemFailure[],
  settings: TowerSettings,
): EncodedBatch {
  const { dimension, maxLength } = settings;
  const data = new Float32Array(words.length * dimension);
  for (const [row, { text }] of words.entries()) {
    addTrigrams(text.slice(0, maxLength), data.subarray(row * dimension, (row + 1) * dimension));
  }
  const truncatedRows = words.flatMap(({ text }, row) => (text.length > maxLength ? row : []));
  return {
    embeddings: normalizeRows({ data, dimension, count: words.length }),
    indices: Uint32Array.from(words, ({ index }) => index),
    failures,
    truncated: truncatedRows.length,
    truncatedRows: Uint32Array.from(truncatedRows),
  };
}

// Every run of three letters votes for one dimension, up or down, by its FNV-1a hash.
function addTrigrams(text: string, vector: Float32Array): void {
  const padded = `  ${text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()}  `;
  for (let i = 0; i + 3 <= padded.length; i++) {
    let hash = 0x811c9dc5;
    for (let j = i; j < i + 3; j++) hash = Math.imul(hash ^ padded.charCodeAt(j), 0x01000193);
    const place = (hash >>> 1) % vector.length;
    vector[place] = (vector[place] ?? 0) + (hash & 1 ? 1 : -1);
  }
  if (vector.every((value) => value === 0)) vector[0] = 1;
}

function nameOfImage(input: ImageInput): string {
  if (typeof input === "string") return input.replace(/^.*[\\/]/, "").replace(/\.\w+$/, "");
  if (input instanceof URL) return nameOfImage(decodeURIComponent(input.pathname));
  if (input instanceof Uint8Array) return `bytes ${input.join(" ")}`;
  if ("rgb" in input) return `pixels ${input.width} ${input.height} ${input.rgb.join(" ")}`;
  return `stream ${typeof input}`;
}
