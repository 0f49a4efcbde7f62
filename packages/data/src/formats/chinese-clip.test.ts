import { readFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeDataset } from "../../fixtures/describe-dataset.ts";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { createChineseClipReader } from "./chinese-clip.ts";

const folder = join(import.meta.dirname, "../../fixtures/formats/chinese-clip");

test("unpacks images and tells ids of two splits apart", async () => {
  await using cache = await temporaryFile("a", "");
  const dataset = await createChineseClipReader({ cacheFolder: cache.folder }).read(folder);

  expect(dataset.splits).toEqual(["test", "valid"]);
  expect(await describeDataset(dataset, folder)).toMatchObject({
    texts: [
      "test/1: 红色 @test",
      "test/2: 颜色 @test",
      "test/3: 绿色 @test",
      "test/4: 蓝色 @test",
      "valid/1: 绿色 @valid",
    ],
    judgements: [
      "test/1 test/7 1",
      "test/2 test/7 1",
      "test/2 test/9 1",
      "test/4 test/9 1",
      "valid/1 valid/7 1",
    ],
    failures: ["2 INVALID_LINE", "3 ITEM_NOT_FOUND", "4 EMPTY_CELL", "5 INVALID_LINE"],
  });
  const images = await Array.fromAsync(dataset.items("image"));
  expect(images.map(({ id, metadata }) => [id, metadata])).toEqual([
    ["test/7", { image_id: "7" }],
    ["test/9", { image_id: "9" }],
    ["valid/7", { image_id: "7" }],
  ]);
  const [first = ""] = images[0]?.content ?? [];
  expect(first).toMatch(/\b0\.png$/);
  expect((await readFile(first)).subarray(1, 4).toString()).toBe("PNG");
});

test("unpacks once, and again when the file has changed", async () => {
  await using cache = await temporaryFile("a", "");
  await using images = await temporaryFile("a_imgs.tsv", "1\tiVBORw0KGgo=\n");
  await images.add("a_texts.jsonl", '{"text_id": 1, "text": "一", "image_ids": [1]}\n');
  let reads = 0;
  const pathOf = async () => {
    reads = 0;
    const reader = createChineseClipReader({ cacheFolder: cache.folder });
    const dataset = await reader.read(join(images.folder, "a_texts.jsonl"), {
      onProgress: () => reads++,
    });
    return (await Array.fromAsync(dataset.items("image")))[0]?.content[0] ?? "";
  };

  const first = await pathOf();
  expect(reads).toBe(3);
  expect(await pathOf()).toBe(first);
  expect(reads).toBe(2);
  await utimes(images.path, 2, 2);
  expect(await pathOf()).not.toBe(first);
});

test("says where it could not unpack", async () => {
  await using cache = await temporaryFile("file", "");
  const reading = createChineseClipReader({ cacheFolder: cache.path }).read(folder);

  await expect(reading).rejects.toMatchObject({
    code: "UNPACK_FAILED",
    message: expect.stringContaining(cache.path),
  });
});

test("leaves nothing behind when it is stopped while it unpacks", async () => {
  await using cache = await temporaryFile("a", "");
  const abort = new AbortController();
  const reading = createChineseClipReader({ cacheFolder: cache.folder }).read(folder, {
    signal: abort.signal,
    onProgress: () => abort.abort("stopped"),
  });

  await expect(reading).rejects.toBe("stopped");
  expect(await cache.list()).toEqual(["a"]);
});
