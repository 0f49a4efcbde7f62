import { collect, EncoderError, type Progress } from "@semblance/core";
import { expect, test, vi } from "vitest";
import { encodeStream, type ItemEncoder } from "./encode-stream.ts";

/** What `countFrom` notes when it is given back. */
const closed = -1;

/** Numbers to vectors [n, 1]; negative ones are bad. */
function createNumberEncoder(log: string[] = []): ItemEncoder<number, readonly number[]> {
  return {
    stage: "encoding numbers",
    unit: "numbers",
    dimension: 2,
    batchSize: 2,
    describe: (input) => `number ${input}`,
    prepare: async (inputs) => {
      log.push(...inputs.map((input) => `prepare ${input}`));
      const good = inputs.filter((input) => input >= 0);
      const errors = new Map<number, EncoderError>();
      for (const [i, input] of inputs.entries()) if (input < 0) errors.set(i, badNumber(input));
      return { errors, ...(good.length > 0 && { batch: good }) };
    },
    run: async (batch) => {
      log.push(`run ${batch.join(" ")}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      log.push(`ran ${batch.join(" ")}`);
      const vectors = Float32Array.from(batch.flatMap((value) => [value, 1]));
      return { vectors, truncatedRows: [batch.length - 1] };
    },
  };
}

function badNumber(input: number): EncoderError {
  return new EncoderError({ code: "BAD", message: `${input} is bad.`, fix: "Don't." });
}

async function* countFrom(first: number, seen: number[] = []): AsyncGenerator<number> {
  try {
    for (let value = first; ; value++) {
      seen.push(value);
      yield value;
    }
  } finally {
    seen.push(closed);
  }
}

test("rows are unit vectors in input order, with the inputs they belong to", async () => {
  const { embeddings, indices, truncated, truncatedRows } = await collect(
    encodeStream([0, 1, 2], createNumberEncoder()),
  );
  const root = Math.SQRT1_2;
  const [two, one] = [2 / Math.sqrt(5), 1 / Math.sqrt(5)];
  expect([...embeddings.data]).toEqual([0, 1, root, root, two, one].map(Math.fround));
  expect([...indices]).toEqual([0, 1, 2]);
  expect(truncated).toBe(2);
  expect([...(truncatedRows ?? [])]).toEqual([1, 2]);
});

test("the next batch is prepared while one is in a model that does not block, and no more", async () => {
  const log: string[] = [];
  await collect(encodeStream([1, 2, 3, 4, 5], createNumberEncoder(log)));
  const at = (event: string) => log.indexOf(event);
  expect(at("prepare 3")).toBeLessThan(at("ran 1 2"));
  expect(at("prepare 5")).toBeLessThan(at("ran 3 4"));
  expect(at("prepare 5")).toBeGreaterThan(at("ran 1 2"));
});

test("an endless stream is read one batch ahead, and given back when the reader leaves", async () => {
  const seen: number[] = [];
  for await (const batch of encodeStream(countFrom(0, seen), createNumberEncoder())) {
    expect(batch.embeddings.count).toBe(2);
    break;
  }
  await vi.waitFor(() => expect(seen).toContain(closed));
  expect(seen.length).toBeLessThanOrEqual(6);
});

test("bad items are listed and the others encoded when told to skip", async () => {
  const batches = encodeStream([1, -2, -3, -4, 5], createNumberEncoder(), { onError: "skip" });
  const { indices, failures, embeddings } = await collect(batches);
  expect([...indices]).toEqual([0, 4]);
  expect(embeddings.count).toBe(2);
  expect(failures.map(({ index }) => index)).toEqual([1, 2, 3]);
  expect(failures[0]).toEqual({
    index: 1,
    input: "number -2",
    code: "BAD",
    message: "-2 is bad. Don't.",
  });
});

test("the first bad item in input order is thrown by default, after the batches before it", async () => {
  const found: number[] = [];
  const reading = (async () => {
    for await (const batch of encodeStream([1, 2, 3, -4, -5], createNumberEncoder()))
      found.push(...batch.indices);
  })();
  await expect(reading).rejects.toThrow("-4 is bad.");
  expect(found).toEqual([0, 1]);
});

test("an error that is not about an item ends the call even when told to skip", async () => {
  const encoder = {
    ...createNumberEncoder(),
    prepare: () => Promise.reject(new TypeError("a bug")),
  };
  await expect(collect(encodeStream([1], encoder, { onError: "skip" }))).rejects.toThrow(TypeError);
});

test("an error of the source ends the call", async () => {
  const source = (async function* () {
    yield 1;
    throw new Error("disk gone");
  })();
  await expect(collect(encodeStream(source, createNumberEncoder()))).rejects.toThrow("disk gone");
});

test("an abort in mid-stream rejects with its reason", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const onProgress = ({ done }: Progress) => done >= 4 && controller.abort(reason);
  const encoding = collect(
    encodeStream(countFrom(0), createNumberEncoder(), { signal: controller.signal, onProgress }),
  );
  await expect(encoding).rejects.toBe(reason);
});

test("an abort is heard while the source has nothing to give", async () => {
  const controller = new AbortController();
  const silent = (async function* (): AsyncGenerator<number> {
    await new Promise(() => {});
  })();
  const encoding = collect(
    encodeStream(silent, createNumberEncoder(), { signal: controller.signal }),
  );
  setTimeout(() => controller.abort("waited long enough"), 5);
  await expect(encoding).rejects.toBe("waited long enough");
});

test("progress counts items, with a total where it is known", async () => {
  const events: Progress[] = [];
  await collect(
    encodeStream([1, -2, 3], createNumberEncoder(), {
      onError: "skip",
      onProgress: (event) => events.push(event),
    }),
  );
  expect(events).toEqual([
    { stage: "encoding numbers", done: 2, total: 3, unit: "numbers" },
    { stage: "encoding numbers", done: 3, total: 3, unit: "numbers" },
  ]);
});

test.each([0, -1, 1.5])("a batch size of %d is a RangeError", async (batchSize) => {
  await expect(collect(encodeStream([1], createNumberEncoder(), { batchSize }))).rejects.toThrow(
    RangeError,
  );
});

test("a lone item instead of a list is a TypeError", async () => {
  const encoder = {
    ...createNumberEncoder(),
    prepare: async (inputs: readonly string[]) => ({
      batch: inputs.map(({ length }) => length),
      errors: new Map(),
    }),
  };
  const items: string[] = JSON.parse('"photo.jpg"');
  await expect(collect(encodeStream(items, { ...encoder, describe: String }))).rejects.toThrow(
    TypeError,
  );
});
