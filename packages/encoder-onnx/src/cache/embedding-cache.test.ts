import { createHash } from "node:crypto";
import { mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EncoderError } from "@semblance/core";
import { expect, onTestFinished, test, vi } from "vitest";
import { type EmbeddingCache, openEmbeddingCache } from "./embedding-cache.ts";

const mebibyte = 2 ** 20;
const firstFile = "embeddings-v1-1.sqlite";

async function createFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "embedding-cache-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

async function openCache(folder: string, maxBytes = 64 * mebibyte): Promise<EmbeddingCache> {
  const cache = await openEmbeddingCache({ folder, maxBytes });
  onTestFinished(() => cache.close());
  return cache;
}

const keyOf = (name: string | number) => createHash("sha256").update(String(name)).digest();
const vectorOf = (value: number, dimension = 512) => new Float32Array(dimension).fill(value);

function entriesOf(first: number, count: number) {
  return Array.from({ length: count }, (_, i) => ({
    key: keyOf(first + i),
    vector: vectorOf(first + i),
    isTruncated: false,
  }));
}

/** Which of the entries from `first` on are there. */
async function present(cache: EmbeddingCache, first: number, count: number): Promise<number[]> {
  const found = await cache.get(entriesOf(first, count).map(({ key }) => key));
  return found.flatMap((entry, i) => (entry ? first + i : []));
}

async function fill(folder: string, count: number): Promise<void> {
  const cache = await openEmbeddingCache({ folder, maxBytes: 64 * mebibyte });
  for (let first = 0; first < count; first += 100) await cache.put(entriesOf(first, 100));
  await cache.close();
}

/** A clock that the test moves. */
function stopClock(): { advance(seconds: number): void } {
  vi.useFakeTimers({ toFake: ["Date"], now: 1_000_000_000_000 });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  return { advance: (seconds) => vi.setSystemTime(Date.now() + 1000 * seconds) };
}

test("what was put in comes out bit for bit, in the order asked, also after it was opened again", async () => {
  const folder = await createFolder();
  const vector = Float32Array.of(1 / 3, -0, Number.MIN_VALUE, 1e-45);
  const cache = await openEmbeddingCache({ folder, maxBytes: mebibyte });
  await cache.put([{ key: keyOf("a"), vector, isTruncated: true }, ...entriesOf(0, 2)]);
  await cache.close();
  const again = await openCache(folder);
  const found = await again.get([keyOf(1), keyOf("unknown"), keyOf("a"), keyOf(0)]);
  expect(found).toEqual([
    { vector: vectorOf(1), isTruncated: false },
    undefined,
    { vector, isTruncated: true },
    { vector: vectorOf(0), isTruncated: false },
  ]);
  expect(Object.is(found[2]?.vector[1], -0)).toBe(true);
});

test("an entry that is put again takes the place of the one before", async () => {
  const cache = await openCache(await createFolder());
  await cache.put([{ key: keyOf("a"), vector: vectorOf(1), isTruncated: false }]);
  await cache.put([{ key: keyOf("a"), vector: vectorOf(2, 8), isTruncated: true }]);
  expect(await cache.get([keyOf("a")])).toEqual([{ vector: vectorOf(2, 8), isTruncated: true }]);
  expect((await cache.usage()).entries).toBe(1);
});

test("a store never takes more than its limit, on disk either, and holds nearly as much", async () => {
  const folder = await createFolder();
  const cache = await openCache(folder, mebibyte);
  for (let first = 0; first < 2000; first += 50) {
    await cache.put(entriesOf(first, 50));
    expect((await cache.usage()).bytes).toBeLessThanOrEqual(mebibyte);
  }
  expect((await cache.usage()).entries).toBeGreaterThan(300);
  await cache.close();
  expect((await stat(join(folder, firstFile))).size).toBeLessThanOrEqual(mebibyte);
});

test("what was not used for longest makes room, and a use is a read or a write", async () => {
  const clock = stopClock();
  const cache = await openCache(await createFolder(), mebibyte);
  await cache.put(entriesOf(0, 300));
  clock.advance(60);
  expect(await present(cache, 0, 100)).toHaveLength(100);
  clock.advance(60);
  await cache.put(entriesOf(1000, 200));
  expect(await present(cache, 0, 100)).toHaveLength(100);
  expect(await present(cache, 1000, 200)).toHaveLength(200);
  expect((await present(cache, 100, 200)).length).toBeLessThan(150);
});

test("reading again within a minute writes nothing", async () => {
  const clock = stopClock();
  const folder = await createFolder();
  const cache = await openCache(folder);
  await cache.put(entriesOf(0, 10));
  const logOf = () => readFile(join(folder, `${firstFile}-wal`), "base64");
  const before = await logOf();
  clock.advance(59);
  await present(cache, 0, 10);
  expect(await logOf()).toBe(before);
  clock.advance(1);
  await present(cache, 0, 10);
  expect(await logOf()).not.toBe(before);
});

test("a limit that was lowered holds from the next opening on, and gives the disk back", async () => {
  const folder = await createFolder();
  await fill(folder, 2000);
  const cache = await openEmbeddingCache({ folder, maxBytes: mebibyte });
  const { entries } = await cache.usage();
  expect(entries).toBeGreaterThan(100);
  expect(await present(cache, 2000 - entries, entries)).toHaveLength(entries);
  await cache.close();
  expect((await stat(join(folder, firstFile))).size).toBeLessThanOrEqual(mebibyte);
});

test("one more vector than fits at once is no error", async () => {
  const cache = await openCache(await createFolder(), mebibyte);
  await cache.put(entriesOf(0, 1000));
  await cache.put(entriesOf(1000, 1));
  expect(await present(cache, 1000, 1)).toEqual([1000]);
});

const damages: readonly [string, (path: string) => Promise<void>][] = [
  ["is not a database", (path) => writeFile(path, "something else ".repeat(9999))],
  ["is cut in half", async (path) => truncate(path, (await stat(path)).size / 2)],
  ["has pages of zeros", (path) => overwrite(path, 16_384, new Uint8Array(8 * 16_384))],
];

async function overwrite(path: string, position: number, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, "r+");
  await file.write(bytes, 0, bytes.length, position);
}

test.each(damages)("a store that %s is given up for an empty one", async (_what, damage) => {
  const folder = await createFolder();
  await fill(folder, 500);
  await damage(join(folder, firstFile));
  const cache = await openCache(folder);
  const found = await Promise.all([present(cache, 0, 500), present(cache, 0, 500)]);
  expect(found[0].length).toBeLessThan(500);
  await cache.put(entriesOf(0, 500));
  expect(await present(cache, 0, 500)).toHaveLength(500);
  expect((await cache.usage()).damaged).toBe(1);
  expect((await readdir(folder)).filter((name) => name.startsWith(firstFile))).toEqual([]);
});

test("a vector whose bits flipped on the disk is forgotten, the others are not", async () => {
  const folder = await createFolder();
  await fill(folder, 100);
  const path = join(folder, firstFile);
  const at = (await readFile(path)).indexOf(Buffer.from(vectorOf(42).buffer));
  await overwrite(path, at + 1000, Uint8Array.of(0x55));
  const cache = await openCache(folder);
  expect(await present(cache, 0, 100)).toHaveLength(99);
  expect((await cache.usage()).damaged).toBe(1);
  await cache.put(entriesOf(42, 1));
  expect(await present(cache, 42, 1)).toEqual([42]);
});

test("a store that another process gave up is left for the newer one", async () => {
  const folder = await createFolder();
  const [first, second] = [await openCache(folder), await openCache(folder)];
  await first.put(entriesOf(0, 500));
  await overwrite(join(folder, firstFile), 0, new Uint8Array(400 * 16_384).fill(7));
  await rm(join(folder, `${firstFile}-wal`), { force: true });
  const third = await openCache(folder);
  await third.put(entriesOf(0, 500));
  for (const cache of [first, second, third]) {
    await cache.put(entriesOf(1000, 1));
    expect(await present(cache, 1000, 1)).toEqual([1000]);
  }
});

test("a folder that cannot be used is an error that names it and the reason", async () => {
  const path = join(await createFolder(), "file");
  await writeFile(path, "");
  const error = await openEmbeddingCache({ folder: path, maxBytes: mebibyte }).catch(
    (reason: unknown) => reason,
  );
  expect(EncoderError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({
    code: "EMBEDDING_CACHE_UNUSABLE",
    message: expect.stringMatching(/^Cannot use the embedding cache in .*file: EEXIST/),
    fix: "Name a folder on a local disk that can be written to.",
  });
});
