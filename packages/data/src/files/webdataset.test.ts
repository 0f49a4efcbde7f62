import { readFile, truncate, utimes } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { packTar } from "modern-tar";
import { expect, test } from "vitest";
import { describeDataset } from "../../fixtures/describe-dataset.ts";
import { type TemporaryFile, temporaryFile } from "../../fixtures/temporary-file.ts";
import { createWebdatasetReader } from "./webdataset.ts";

const folder = join(import.meta.dirname, "../../fixtures/files/shards");

const pixel = Buffer.from("iVBORw0KGgo=", "base64");

/** An archive of samples: the caption by the key. */
function archive(captions: Readonly<Record<string, string>>): Promise<Uint8Array> {
  const entries = Object.entries(captions).flatMap(([key, caption]) => [
    { header: { name: `${key}.png`, size: pixel.length }, body: pixel },
    { header: { name: `${key}.txt`, size: caption.length }, body: caption },
  ]);
  return packTar(entries);
}

function readerIn(cache: TemporaryFile) {
  return createWebdatasetReader({ cacheFolder: cache.folder });
}

test("reads what webdataset writes: splits by folder, captions by line, metadata of the JSON", async () => {
  await using cache = await temporaryFile("a", "");
  const dataset = await readerIn(cache).read(folder);

  expect(dataset).toMatchObject({ name: "shards", splits: ["test", "train"] });
  expect(await describeDataset(dataset, folder)).toMatchObject({
    texts: [
      "test/s0#0: red @test",
      "test/s0#1: the colour of fire @test",
      "test/s1#0: green @test",
      "train/s0#0: blue @train",
      "train/s1#0: fire @train",
    ],
    judgements: [
      "test/s0#0 test/s0 1",
      "test/s0#1 test/s0 1",
      "test/s1#0 test/s1 1",
      "train/s0#0 train/s0 1",
      "train/s1#0 train/s1 1",
    ],
    failures: ["2 INVALID_ENTRY", "3 INVALID_ENTRY"],
  });
  const [, , blue] = await Array.fromAsync(dataset.items("image"));
  expect(blue?.metadata).toEqual({ url: "https://example.org/1", width: 2 });
  const bytes = await readFile(blue?.content[0] ?? "");
  expect(bytes.subarray(1, 4).toString()).toBe("PNG");
});

test("unpacks an archive once, and again when it has changed", async () => {
  await using cache = await temporaryFile("a", "");
  await using shard = await temporaryFile("a.tar", await archive({ one: "a kite" }));
  const pathOf = async () => {
    const dataset = await readerIn(cache).read(shard.path);
    return (await Array.fromAsync(dataset.items("image")))[0]?.content[0] ?? "";
  };

  const first = await pathOf();
  await utimes(first, 1, 1);
  expect(await pathOf()).toBe(first);
  await utimes(shard.path, 2, 2);
  expect(await pathOf()).not.toBe(first);
});

test("reads the archives of a pattern in the order of their numbers, and those in gzip", async () => {
  await using cache = await temporaryFile("a", "");
  await using shards = await temporaryFile("val-09.tar", await archive({ one: "a kite" }));
  await shards.add("val-10.tar", gzipSync(await archive({ two: "a mug" })));
  await shards.add("val-11.tar", await archive({ three: "not asked for" }));

  const dataset = await readerIn(cache).read(join(shards.folder, "val-{09..10}.tar"));

  expect((await describeDataset(dataset, shards.folder)).texts).toEqual([
    "val/one#0: a kite @val",
    "val/two#0: a mug @val",
  ]);
});

test("lists a sample whose key another archive has", async () => {
  await using cache = await temporaryFile("a", "");
  await using shards = await temporaryFile("9.tar", await archive({ one: "a kite" }));
  await shards.add("10.tar", await archive({ one: "a mug", two: "a ladder" }));

  const dataset = await readerIn(cache).read(shards.folder);

  const { texts, failures } = await describeDataset(dataset, shards.folder);
  expect(texts).toEqual(["one#0: a kite", "two#0: a ladder"]);
  expect(failures).toEqual(["0 ID_CONFLICT"]);
});

test("a member cannot leave the folder that it is unpacked into", async () => {
  await using cache = await temporaryFile("a", "");
  await using shard = await temporaryFile("a.tar", await archive({ "../../escaped": "a kite" }));

  const dataset = await readerIn(cache).read(shard.path);

  const [image] = await Array.fromAsync(dataset.items("image"));
  expect(image?.content[0]).toMatch(/[/\\]0\.png$/);
  expect(image?.content[0]?.startsWith(cache.folder)).toBe(true);
});

test("refuses a damaged archive and leaves nothing of it behind", async () => {
  await using cache = await temporaryFile("a", "");
  const bytes = await archive({ one: "a kite", two: "a mug" });
  await using shard = await temporaryFile("cut.tar", bytes);
  await truncate(shard.path, 1200);
  await shard.add("cut.tar.gz", gzipSync(bytes).subarray(0, 100));
  await shard.add("packed.tar", zstdCompressSync(bytes));
  await shard.add("text.tar", "no archive");

  for (const [name, reason] of [
    ["cut.tar", "truncated"],
    ["cut.tar.gz", "damaged"],
    ["packed.tar", "compressed with zstd"],
    ["text.tar", "truncated"],
  ] as const) {
    await expect(readerIn(cache).read(join(shard.folder, name))).rejects.toMatchObject({
      code: "ARCHIVE_INVALID",
      message: expect.stringContaining(reason),
    });
  }
  expect(await cache.list()).toEqual(["a"]);
});

test("refuses a pattern with an archive that is not there", async () => {
  await using cache = await temporaryFile("a", "");
  await using shard = await temporaryFile("a-0.tar", await archive({ one: "a kite" }));

  const reading = readerIn(cache).read(join(shard.folder, "a-{0..1}.tar"));

  await expect(reading).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
});

test("leaves nothing behind when it is stopped while it unpacks", async () => {
  await using cache = await temporaryFile("a", "");
  await using shard = await temporaryFile("a.tar", await archive({ one: "a kite" }));
  const abort = new AbortController();
  const reading = readerIn(cache).read(shard.path, {
    signal: abort.signal,
    onProgress: () => abort.abort("stopped"),
  });

  await expect(reading).rejects.toBe("stopped");
  expect(await cache.list()).toEqual(["a"]);
});
