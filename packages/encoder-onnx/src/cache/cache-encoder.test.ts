import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  type AnyIterable,
  ConfigError,
  collect,
  type EncodeOptions,
  EncoderError,
  type ImageInput,
} from "@semblance/core";
import { createFakeEncoder } from "@semblance/core/conformance";
import { expect, onTestFinished, test } from "vitest";
import { type ContentEncoder, createContentEncoder } from "../fixtures/content-encoder.ts";
import { type CachedEncoder, cacheEncoder } from "./cache-encoder.ts";

async function createFolder(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cache-encoder-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

interface Cached {
  readonly inner: ContentEncoder;
  readonly encoder: CachedEncoder;
}

async function openCached(folder: string): Promise<Cached> {
  const inner = createContentEncoder();
  const encoder = await cacheEncoder(inner, { folder: join(folder, "cache") });
  onTestFinished(() => encoder[Symbol.asyncDispose]());
  return { inner, encoder };
}

const streamOf = (text: string) => () => new Blob([text]).stream();
const bytesOf = (text: string) => new TextEncoder().encode(text);

test("what was encoded before is not encoded again, and its vectors are the same bit for bit", async () => {
  const folder = await createFolder({ "a.jpg": "dog", "b.jpg": "cat" });
  const paths = [join(folder, "a.jpg"), join(folder, "b.jpg")];
  const cold = await openCached(folder);
  const images = await collect(cold.encoder.image?.encode(paths) ?? []);
  const texts = await collect(cold.encoder.text?.encode(["one", "two"]) ?? []);
  const warm = await openCached(folder);
  expect(await collect(warm.encoder.image?.encode(paths) ?? [])).toEqual(images);
  expect(await collect(warm.encoder.text?.encode(["two", "one"], { batchSize: 1 }) ?? [])).toEqual({
    ...texts,
    embeddings: {
      ...texts.embeddings,
      data: Float32Array.of(
        ...texts.embeddings.data.subarray(8),
        ...texts.embeddings.data.subarray(0, 8),
      ),
    },
  });
  expect(warm.inner.given).toEqual([]);
  expect(await warm.encoder.cacheUsage()).toMatchObject({ entries: 4, hits: 4, misses: 0 });
  expect(await cold.encoder.cacheUsage()).toMatchObject({ entries: 4, hits: 0, misses: 4 });
});

test("a file counts by its bytes: changed it is encoded again, under another name it is not", async () => {
  const folder = await createFolder({ "a.jpg": "dog" });
  const path = join(folder, "a.jpg");
  const { encoder, inner } = await openCached(folder);
  const first = await collect(encoder.image?.encode([path]) ?? []);
  await copyFile(path, join(folder, "b.jpg"));
  await writeFile(path, "a cat");
  const second = await collect(encoder.image?.encode([path, join(folder, "b.jpg")]) ?? []);
  expect(inner.given).toHaveLength(2);
  expect(second.embeddings.data.slice(8)).toEqual(first.embeddings.data);
  expect(second.embeddings.data.slice(0, 8)).not.toEqual(first.embeddings.data);
});

test("an image counts the same as a path, URL, bytes, blob or stream, and pixels by their size too", async () => {
  const folder = await createFolder({ "a.jpg": "dog" });
  const path = join(folder, "a.jpg");
  const { encoder, inner } = await openCached(folder);
  const rgb = new Uint8Array(18);
  const inputs: ImageInput[] = [
    path,
    pathToFileURL(path),
    pathToFileURL(path).href,
    "data:text/plain,dog",
    bytesOf("dog"),
    new Blob(["dog"]),
    streamOf("dog"),
    { rgb, width: 2, height: 3 },
    { rgb, width: 3, height: 2 },
    { rgb: rgb.slice(), width: 2, height: 3 },
  ];
  for (const input of inputs) await collect(encoder.image?.encode([input]) ?? []);
  expect(inner.given).toEqual([Buffer.from("dog"), inputs[7], inputs[8]]);
});

test("hits, misses and failures keep the places and the words they have without a cache", async () => {
  const folder = await createFolder({ "a.jpg": "dog", "b.jpg": "broken one", "c.jpg": "cat" });
  const at = (name: string) => join(folder, name);
  const { encoder } = await openCached(folder);
  await collect(encoder.image?.encode([at("a.jpg"), bytesOf("bird")]) ?? []);
  const odd: ImageInput[] = JSON.parse('[3, null, { "rgb": 3, "width": 1, "height": 1 }]');
  const inputs = [
    ...[at("b.jpg"), at("a.jpg"), at("gone.jpg"), at("c.jpg"), "https://localhost/x.jpg"],
    ...[bytesOf("broken two"), new Blob(["broken three"]), streamOf("broken four")],
    ...[pathToFileURL(at("b.jpg")), "data:text/plain,broken%20five", bytesOf("bird")],
    ...[at("b.jpg"), bytesOf("x".repeat(2000)), ...odd.slice(0, 1), at("a.jpg")],
  ];
  const plain = createContentEncoder().image?.encode(inputs, { onError: "skip" });
  const expected = await collect(plain ?? []);
  expect(expected.failures).toHaveLength(11);
  for (const batchSize of [1, 4, 100]) {
    const found = encoder.image?.encode(inputs, { onError: "skip", batchSize });
    expect(await collect(found ?? [])).toEqual(expected);
  }
});

test.each([
  ["a file that cannot be decoded", "b.jpg"],
  ["a file that is not there", "gone.jpg"],
])(
  "%s is thrown as the encoder throws it, and what was encoded beside it is kept",
  async (_what, name) => {
    const folder = await createFolder({ "a.jpg": "dog", "b.jpg": "broken", "c.jpg": "cat" });
    const paths = ["a.jpg", name, "c.jpg"].map((file) => join(folder, file));
    const thrownBy = (encoder: CachedEncoder | ContentEncoder) =>
      collect(encoder.image?.encode(paths) ?? []).catch((reason: unknown) => reason);
    const { encoder } = await openCached(folder);
    const found = await thrownBy(encoder);
    expect(EncoderError.isInstance(found)).toBe(true);
    expect(found).toEqual(await thrownBy(createContentEncoder()));
    expect((await encoder.cacheUsage()).entries).toBe(2);
  },
);

/** The encoder, saying how many texts it cut but not which. */
function withoutTruncatedRows(inner: ContentEncoder): ContentEncoder {
  const { text } = inner;
  async function* encode(items: AnyIterable<string>, options?: EncodeOptions) {
    for await (const { truncatedRows: _, ...batch } of text?.encode(items, options) ?? [])
      yield batch;
  }
  return { ...inner, ...(text && { text: { ...text, encode } }) };
}

test.each([
  ["an encoder that says which", (inner: ContentEncoder) => inner, 6],
  ["one that does not", withoutTruncatedRows, 12],
])("texts that were cut are counted in every pass, of %s", async (_what, change, given) => {
  const inner = createContentEncoder();
  const encoder = await cacheEncoder(change(inner), { folder: await createFolder() });
  onTestFinished(() => encoder[Symbol.asyncDispose]());
  const long = (name: string) => `${name} ${"and so on ".repeat(5)}`;
  const texts = ["short", long("a"), "other", long("b"), long("c"), "end"];
  const truncatedIn = async (items: string[]) =>
    (await collect(encoder.text?.encode(items) ?? [])).truncated;
  expect(await truncatedIn(texts)).toBe(3);
  expect(await truncatedIn(texts)).toBe(3);
  expect(inner.given).toHaveLength(given);
  const each: number[] = [];
  for (const text of texts) each.push(await truncatedIn([text]));
  expect(each).toEqual([0, 1, 0, 1, 1, 0]);
});

test("a text is its exact string: halves of surrogate pairs, case and accents count", async () => {
  const { encoder, inner } = await openCached(await createFolder());
  const texts = ["\ud800", "\ud801", "\ufffd", "é", "e\u0301", "A", "a", ""];
  await collect(encoder.text?.encode(texts) ?? []);
  expect(inner.given).toEqual(texts);
  expect((await encoder.cacheUsage()).entries).toBe(texts.length);
});

test("a value that is no text is the encoder's to refuse", async () => {
  const { encoder } = await openCached(await createFolder());
  const texts: string[] = JSON.parse('["a", 7]');
  const { failures } = await collect(encoder.text?.encode(texts, { onError: "skip" }) ?? []);
  expect(failures).toEqual([
    { index: 1, input: "7", code: "TEXT_INVALID", message: "Expected a text." },
  ]);
});

test("towers with different ids do not read each other's vectors", async () => {
  const folder = await createFolder();
  for (const encoder of [createContentEncoder("one"), createContentEncoder("two")]) {
    const cached = await cacheEncoder(encoder, { folder });
    await collect(cached.text?.encode(["a"]) ?? []);
    expect(await cached.cacheUsage()).toMatchObject({ hits: 0, misses: 1 });
    await cached[Symbol.asyncDispose]();
  }
});

test("vectors of another length than the encoder's are not read", async () => {
  const folder = await createFolder();
  for (const dimension of [8, 16]) {
    const { text, ...encoder } = createFakeEncoder({ dimension });
    const named = { ...encoder, ...(text && { text: { ...text, id: "one name for both" } }) };
    const cached = await cacheEncoder(named, { folder });
    const { embeddings } = await collect(cached.text?.encode(["a", "b"]) ?? []);
    expect(embeddings.data).toHaveLength(2 * dimension);
    expect(await cached.cacheUsage()).toMatchObject({ entries: 2, misses: 2 });
    await cached[Symbol.asyncDispose]();
  }
});

test("a reader that leaves ends what the encoder does for it", async () => {
  const { text, ...inner } = createContentEncoder();
  const signals: (AbortSignal | undefined)[] = [];
  async function* encode(items: AnyIterable<string>, options?: EncodeOptions) {
    signals.push(options?.signal);
    yield* text?.encode(items, options) ?? [];
  }
  const watched = { ...inner, text: { id: "watched", encode } };
  const encoder = await cacheEncoder(watched, { folder: await createFolder() });
  onTestFinished(() => encoder[Symbol.asyncDispose]());
  for await (const _ of encoder.text?.encode(["a", "b", "c"], { batchSize: 1 }) ?? []) break;
  expect(signals.map((signal) => signal?.aborted)).toEqual(signals.map(() => true));
  expect(signals.length).toBeGreaterThan(0);
});

test("disposing of it disposes of the encoder, and its use after that is an error", async () => {
  const { encoder, inner } = await openCached(await createFolder());
  await encoder[Symbol.asyncDispose]();
  expect(inner.isDisposed).toBe(true);
  await expect(collect(encoder.text?.encode(["a"]) ?? [])).rejects.toMatchObject({
    code: "CLOSED",
  });
  await expect(encoder.cacheUsage()).rejects.toMatchObject({ code: "CLOSED" });
});

test.each([
  [{ folder: "c", maxBytes: 5 }, /maxBytes/],
  [{ folder: "c", maxbytes: 2e6 }, /unknown key "maxbytes"/],
  [{ folder: "" }, /folder/],
])("options %j are a ConfigError that names the option", async (options, message) => {
  const error = await cacheEncoder(createContentEncoder(), options).catch(
    (reason: unknown) => reason,
  );
  expect(ConfigError.isInstance(error)).toBe(true);
  expect(String(error)).toMatch(message);
});
