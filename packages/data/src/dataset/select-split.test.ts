import { join } from "node:path";
import { expect, test } from "vitest";
import { openDataset } from "../open-dataset.ts";
import { hashGallery } from "./dataset-hash.ts";
import { selectSplit } from "./select-split.ts";

const whole = await openDataset(join(import.meta.dirname, "../../fixtures/splits.jsonl"));

test("shows the items and judgements of one split only", async () => {
  const view = selectSplit(whole, "test");

  expect(view.splits).toEqual(["test"]);
  expect(await Array.fromAsync(view.items("image"))).toMatchObject([{ id: "c.jpg" }]);
  expect(await Array.fromAsync(view.items("text", { split: "test" }))).toMatchObject([
    { id: "Two cats.", split: "test" },
  ]);
  expect(await Array.fromAsync(view.judgements())).toEqual([
    { text: "Two cats.", image: "c.jpg", relevance: 1 },
  ]);
});

test("has a hash of its own, and the gallery hash of the split", async () => {
  const train = selectSplit(whole, "train");

  expect(new Set([whole.hash, train.hash, selectSplit(whole, "test").hash]).size).toBe(3);
  expect(train.hash).toBe(selectSplit(whole, "train").hash);
  expect(await hashGallery(train)).toBe(await hashGallery(whole, { split: "train" }));
});

test("refuses a split that the whole does not have, and every other once selected", () => {
  expect(() => selectSplit(whole, "validation")).toThrow(
    expect.objectContaining({ code: "SPLIT_NOT_FOUND" }),
  );
  const view = selectSplit(whole, "test");
  expect(() => view.items("image", { split: "train" })).toThrow('no split "train"');
  expect(() => view.judgements({ split: "train" })).toThrow('no split "train"');
});
