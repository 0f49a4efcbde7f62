import { expect, test } from "vitest";
import type { AnyIterable } from "../any-iterable.ts";
import { collect } from "../collect.ts";
import type { Embeddings } from "../embedding.ts";
import type { EncodedBatch, EncodeOptions, Encoder, Tower } from "../encoder.ts";
import { ConformanceError } from "../errors.ts";
import { fromAnyIterable } from "../from-any-iterable.ts";
import { encoderCases } from "./encoder-cases.ts";
import { createFakeEncoder } from "./fake-encoder.ts";

const fixture = {
  images: ["red.jpg", "green.jpg", "blue.jpg"],
  texts: ["a dog", "two cats", "the sea"],
  badImage: "broken.jpg",
  longText: "so long ".repeat(20),
};
const createEncoder = (): Encoder => createFakeEncoder({ unreadable: ["broken"] });

/** What the suite finds, as `"case: finding"`; only in the cases whose name ends with `name`. */
async function findingsOf(create: () => Encoder, name = ""): Promise<string[]> {
  const findings: string[] = [];
  for (const one of encoderCases(async () => create(), fixture)) {
    if (!one.name.endsWith(name)) continue;
    await one.run().catch((error: unknown) => {
      if (!ConformanceError.isInstance(error)) throw error;
      findings.push(`${one.name}: ${error.message}`);
    });
  }
  return findings;
}

type Encode<Input = unknown> = (
  items: AnyIterable<Input>,
  options: EncodeOptions,
) => AsyncIterable<EncodedBatch>;

/** The fake encoder with both towers' `encode` replaced; `tower` is as before. */
function withEncode(replace: (tower: Tower<unknown>) => Encode): () => Encoder {
  const change = <Input>(tower: Tower<Input>): Tower<Input> => {
    const encode = replace(tower as Tower<unknown>);
    return { ...tower, encode: (items, options = {}) => encode(items, options) };
  };
  return () => {
    const encoder = createEncoder();
    const { image, text } = encoder;
    return {
      ...encoder,
      ...(image && { image: change(image) }),
      ...(text && { text: change(text) }),
    };
  };
}

/** … with every batch changed on its way out. */
function withBatches(change: (batch: EncodedBatch) => EncodedBatch): () => Encoder {
  return withEncode(
    (tower) =>
      async function* (items, options) {
        for await (const batch of tower.encode(items, options)) yield change(batch);
      },
  );
}

/** … with every value of a vector changed in place. */
function withValues(change: (value: number, row: number, batch: EncodedBatch) => number) {
  return withBatches((batch) => {
    const { data, dimension } = batch.embeddings;
    data.forEach((value, i) => {
      data[i] = change(value, Math.floor(i / dimension), batch);
    });
    return batch;
  });
}

/** … with the source changed before it is read. */
function withSource(change: (items: AnyIterable<unknown>) => AnyIterable<unknown>) {
  return withEncode((tower) => (items, options) => tower.encode(change(items), options));
}

/** … with the options changed. */
function withOptions(change: (options: EncodeOptions) => EncodeOptions) {
  return withEncode((tower) => (items, options) => tower.encode(items, change(options)));
}

let created = 0;

/** [what it does wrong, the case that finds it out, the finding, an encoder that does it] */
const broken: readonly [string, string, RegExp, () => Encoder][] = [
  [
    "has an endless logit scale",
    "says its id, name, dimension and scoring before use",
    /logitScale/,
    () => ({
      ...createEncoder(),
      scoring: { kind: "softmax", logitScale: Number.POSITIVE_INFINITY, logitBias: 0 },
    }),
  ],
  [
    "makes up an id each time",
    "has the same ids whenever it is created, another for each tower",
    /ids of the encoder/,
    () => ({ ...createEncoder(), id: `id ${created++}` }),
  ],
  [
    "has one id for both towers",
    "has the same ids whenever it is created, another for each tower",
    /different ids of towers: expected 2, found 1/,
    () => {
      const { text, image, ...encoder } = createEncoder();
      return { ...encoder, ...(image && text && { image, text: { ...text, id: image.id } }) };
    },
  ],
  [
    "does not normalise",
    "gives one unit vector per input, in input order",
    /row 0 has length (2|1\.99)/,
    withValues((value) => 2 * value),
  ],
  [
    "gives values that are not numbers",
    "gives one unit vector per input, in input order",
    /row 0 has length NaN/,
    withValues(() => Number.NaN),
  ],
  [
    "lets the batch decide the vector",
    "gives the same vectors whatever the batch size",
    /vectors differ by/,
    withValues((value, _row, { embeddings }) => value + embeddings.count / 100),
  ],
  [
    "lets the place decide the vector",
    "gives an input the same vector wherever it stands",
    /inputs 2,0,0,1,0,2,1 in batches of 2: vectors differ by/,
    withValues((value, row, { indices }) => value + (indices[row] ?? 0) / 100),
  ],
  [
    "counts for all calls together",
    "keeps calls that run at the same time apart",
    /indices of call 0/,
    withEncode((tower) => {
      let next = 0;
      return async function* (items, options) {
        next = 0;
        for await (const batch of tower.encode(items, options)) {
          yield { ...batch, indices: batch.indices.map(() => next++) };
        }
      };
    }),
  ],
  [
    "remembers a vector and gives the same memory again",
    "gives memory that is the caller's to change and to transfer",
    /a call after batches were given away: vectors differ|batches after one was given away/,
    withEncode((tower) => {
      const known = new Map<unknown, EncodedBatch>();
      return async function* (items) {
        for await (const item of items) {
          const batch = known.get(item) ?? (await collect(tower.encode([item])));
          known.set(item, batch);
          yield batch;
        }
      };
    }),
  ],
  [
    "gives views of one memory",
    "gives memory that is the caller's to change and to transfer",
    /a batch of 32 bytes is a view into 96/,
    withEncode(
      (tower) =>
        async function* (items, options) {
          const { embeddings, ...rest } = await collect(tower.encode(items, options));
          for (let row = 0; row < embeddings.count; row++)
            yield { ...rest, ...viewOf(embeddings, row) };
        },
    ),
  ],
  [
    "gives a row for nothing",
    "gives no rows for no inputs",
    /expected \[0,0,0\], found \[1,1,0\]/,
    withEncode(
      (tower) =>
        async function* (items, options) {
          yield* tower.encode([...(await arrayOf(items)), "one more.jpg"], options);
        },
    ),
  ],
  [
    "works on after its end",
    "rejects with a typed error once disposed of, also twice",
    /expected a rejection/,
    () => ({ ...createEncoder(), [Symbol.asyncDispose]: async () => {} }),
  ],
  [
    "takes arrays alone",
    "takes a list, an iterable and a stream alike",
    /a set: rows: expected 3, found 0/,
    withSource((items) => (Array.isArray(items) ? items : [])),
  ],
  [
    "reads everything first",
    "reads a stream no further than it needs for the next batch",
    /2000 inputs of an endless source were read/,
    withEncode(
      (tower) =>
        async function* (items, options) {
          yield* tower.encode(await arrayOf(items), options);
        },
    ),
  ],
  [
    "leaves its source open",
    "closes its source when the reader leaves",
    /the source was left open/,
    withSource((items) => {
      const iterator = fromAnyIterable(items);
      return { [Symbol.asyncIterator]: () => ({ next: () => iterator.next() }) };
    }),
  ],
  [
    "takes an error for the end",
    "passes on the error of a source that throws",
    /expected a rejection/,
    withSource(async function* (items) {
      try {
        yield* items;
      } catch {}
    }),
  ],
  [
    "does not know of signals",
    "rejects with the signal's reason once aborted",
    /expected a rejection/,
    withOptions(({ signal: _, ...options }) => options),
  ],
  [
    "looks at the signal only at the start",
    "rejects with the signal's reason and stops reading when aborted on the way",
    /batches went on after the abort/,
    withOptions(({ signal, ...options }) => {
      signal?.throwIfAborted();
      return options;
    }),
  ],
  [
    "looks at the signal only between batches",
    "hears an abort while its source has nothing to give",
    /nothing after 2 seconds/,
    withEncode(
      (tower) =>
        async function* (items, { signal, ...options }) {
          for await (const batch of tower.encode(items, options)) {
            signal?.throwIfAborted();
            yield batch;
          }
        },
    ),
  ],
  [
    "does not report the last batch",
    "counts progress up to the number of inputs",
    /done at the end: expected 3, found 2/,
    withOptions((options) => ({
      ...options,
      onProgress: (event) => event.done !== event.total && options.onProgress?.(event),
    })),
  ],
  [
    "does not say the total",
    "counts progress up to the number of inputs",
    /total: expected 3, found undefined/,
    withSource((items) => fromAnyIterable(items)),
  ],
  [
    "mends a wrong batch size",
    "rejects a batch size that is no whole number above 0",
    /a batchSize of 0: expected a rejection/,
    withOptions((options) => ({ ...options, batchSize: 2 })),
  ],
  [
    "takes a text for a list of letters",
    "rejects a lone item in place of a list",
    /expected a rejection/,
    withSource((items) => [...(items as Iterable<unknown>)]),
  ],
  [
    "gives an empty text no vector",
    "encodes an empty text",
    /indices: expected \[0\], found \[\]/,
    withSource(async function* (items) {
      for await (const item of fromAnyIterable(items)) if (item !== "") yield item;
    }),
  ],
  [
    "does not count texts that it cuts",
    "counts the texts that it cuts",
    /texts cut in batches of 1: expected 2, found 0/,
    withBatches((batch) => ({ ...batch, truncated: 0 })),
  ],
  [
    "names other rows than those of the texts that it cuts",
    "counts the texts that it cuts",
    /rows cut in batches of 2: expected \[3,7\], found \[2,6\]/,
    withBatches((batch) => ({ ...batch, truncatedRows: new Uint32Array(batch.truncated) })),
  ],
  [
    "counts rows instead of inputs",
    "lists a bad image and goes on when told to skip",
    /indices in batches of 1: expected \[0,2,5,6\]/,
    withEncode(
      (tower) =>
        async function* (items, options) {
          let row = 0;
          for await (const batch of tower.encode(items, options)) {
            yield { ...batch, indices: batch.indices.map(() => row++) };
          }
        },
    ),
  ],
  [
    "says nothing of what failed",
    "lists a bad image and goes on when told to skip",
    /without input, code or message/,
    withBatches((batch) => ({
      ...batch,
      failures: batch.failures.map((failure) => ({ ...failure, input: "" })),
    })),
  ],
  [
    "counts only what it could encode",
    "counts bad images among those that are done",
    /done at the end: expected 4, found 3/,
    withOptions((options) => ({
      ...options,
      onProgress: (event) => options.onProgress?.({ ...event, done: Math.min(event.done, 3) }),
    })),
  ],
  [
    "throws what its library throws",
    "throws a typed error for a bad image by default, after what came before",
    /rejected with Error: no, not an EncoderError/,
    withEncode(
      (tower) =>
        async function* (items, options) {
          try {
            yield* tower.encode(items, options);
          } catch {
            throw new Error("no");
          }
        },
    ),
  ],
  [
    "throws before it gives what came before",
    "throws a typed error for a bad image by default, after what came before",
    /indices before the bad image: expected \[0,1,2\], found \[\]/,
    withEncode(
      (tower) =>
        async function* (items, options) {
          yield await collect(tower.encode(items, options));
        },
    ),
  ],
  [
    "does not recover",
    "goes on as before after a call that failed",
    /expected|rows|failed before/,
    withEncode((tower) => {
      let hasFailed = false;
      return async function* (items, options) {
        if (hasFailed) return;
        try {
          yield* tower.encode(items, options);
        } catch (error) {
          hasFailed = true;
          throw error;
        }
      };
    }),
  ],
];

function viewOf(embeddings: Embeddings, row: number) {
  const { data, dimension } = embeddings;
  const view = data.subarray(row * dimension, (row + 1) * dimension);
  return { embeddings: { data: view, dimension, count: 1 }, indices: Uint32Array.of(row) };
}

async function arrayOf(items: AnyIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const item of fromAnyIterable(items)) all.push(item);
  return all;
}

test("the fake encoder keeps every promise of an encoder", async () => {
  expect(await findingsOf(createEncoder)).toEqual([]);
});

test.concurrent.each(broken)(
  "an encoder that %s is found out",
  async (_what, name, finding, create) => {
    const findings = await findingsOf(create, name);
    expect(findings[0]).toMatch(finding);
  },
);

test("there is an encoder that fails it for each case", () => {
  const names = encoderCases(async () => createEncoder(), fixture).map(({ name }) => name);
  const found = new Set(broken.map(([, name]) => name));
  expect(names.filter((name) => !found.has(name.replace(/^(image|text): /, "")))).toEqual([]);
});

test("an encoder without the tower that the fixture has inputs for is found out", async () => {
  const findings = await findingsOf(() => {
    const { text: _, ...encoder } = createEncoder();
    return encoder;
  }, "encodes an empty text");
  expect(findings).toEqual(["text: encodes an empty text: the encoder has no text tower"]);
});
