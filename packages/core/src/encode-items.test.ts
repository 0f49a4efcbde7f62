import { expect, test } from "vitest";
import { collect } from "./collect.ts";
import { createFakeEncoder } from "./conformance/fake-encoder.ts";
import { rowOf } from "./embedding.ts";
import { encodeItems } from "./encode-items.ts";
import { EncoderError } from "./errors.ts";

const { image: tower } = createFakeEncoder({ unreadable: ["broken", "gone"] });
if (!tower) throw new Error("The fake encoder has an image tower.");
const skip = { onError: "skip" } as const;

test("encodes an item of several images as the renormalised mean of their vectors", async () => {
  const parts = await collect(tower.encode(["dog.jpg", "cat.jpg"]));
  const { embeddings } = await collect(encodeItems(tower, [["dog.jpg", "cat.jpg"]]));
  const sum = rowOf(parts.embeddings, 0).map(
    (value, i) => value + (rowOf(parts.embeddings, 1)[i] ?? 0),
  );
  const length = Math.hypot(...sum);
  expect(embeddings.count).toBe(1);
  for (const [i, value] of embeddings.data.entries())
    expect(value).toBeCloseTo((sum[i] ?? 0) / length, 6);
});

test("keeps the vector of an item of one image as it is", async () => {
  const alone = await collect(tower.encode(["dog.jpg"]));
  const item = await collect(encodeItems(tower, [["dog.jpg"]]));
  expect(item.embeddings).toEqual(alone.embeddings);
});

test.each([1, 2, 3, 10])(
  "keeps items and rows together across batches of %i",
  async (batchSize) => {
    const items = [["a.jpg", "broken.jpg"], ["b.jpg", "c.jpg", "d.jpg"], ["gone.jpg"], ["e.jpg"]];
    const found = await collect(encodeItems(tower, items, { ...skip, batchSize }));
    expect([...found.indices]).toEqual([0, 1, 3]);
    expect(found.failures.map(({ index, input }) => [index, input])).toEqual([
      [0, "broken"],
      [2, "gone"],
    ]);
  },
);

test("gives the failure of a part in the batch that has its item", async () => {
  const batches: [number[], number[]][] = [];
  const items = [["broken.jpg", "a.jpg"], ["b.jpg"]];
  for await (const batch of encodeItems(tower, items, { ...skip, batchSize: 1 })) {
    batches.push([[...batch.indices], batch.failures.map(({ index }) => index)]);
  }
  expect(batches.filter(([rows, failed]) => rows.length + failed.length > 0)).toEqual([
    [[0], [0]],
    [[1], []],
  ]);
});

test("lists an item without parts and goes on, or throws by default", async () => {
  const found = await collect(encodeItems(tower, [[], ["a.jpg"], []], skip));
  expect([...found.indices]).toEqual([1]);
  expect(found.failures.map(({ index, code }) => [index, code])).toEqual([
    [0, "ITEM_EMPTY"],
    [2, "ITEM_EMPTY"],
  ]);
  await expect(collect(encodeItems(tower, [[]]))).rejects.toThrow(EncoderError);
});

test("throws for the first bad part unless told to skip", async () => {
  await expect(collect(encodeItems(tower, [["broken.jpg"]]))).rejects.toThrow(EncoderError);
});
