import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { createMemoryDataset } from "../fixtures/memory-dataset.ts";
import { writeDataset } from "./write-dataset.ts";

const dataset = createMemoryDataset({
  name: "photos",
  images: { dog: ["/a b/dog.jpg", pathToFileURL("/a b/dog2.jpg").href], cat: ["/cat.jpg"] },
  texts: { t1: "ein Hund\nund “Ruhe”", t2: "a cat" },
  judgements: [
    { image: "cat", text: "t2", relevance: 1 },
    { image: "dog", text: "t1", relevance: 0.5 },
    { image: "bird", text: "t1", relevance: 1 },
    { image: "cat", text: "t1", relevance: Number.NaN },
  ],
});

async function write(content = dataset) {
  const folder = join(mkdtempSync(join(tmpdir(), "dataset-")), "train");
  const told = { items: 0, unknown: 0 };
  await writeDataset({
    dataset: content,
    folder,
    onItem: (count) => {
      told.items = count;
    },
    onUnknownItems: (count) => {
      told.unknown = count;
    },
  });
  const rows = (name: string) =>
    readFileSync(join(folder, name), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  return { rows, told };
}

test("items stand in their order, images with all their paths", async () => {
  const { rows, told } = await write();
  expect(rows("images.jsonl")).toEqual([
    { id: "dog", paths: ["/a b/dog.jpg", "/a b/dog2.jpg"] },
    { id: "cat", paths: ["/cat.jpg"] },
  ]);
  expect(rows("texts.jsonl")[0]).toEqual({ id: "t1", text: "ein Hund\nund “Ruhe”" });
  expect(told.items).toBe(4);
});

test("judgements name rows, unknown ones null; one whose item is not there is left out and counted", async () => {
  const { rows, told } = await write();
  expect(rows("judgements.jsonl")).toEqual([
    { image: 1, text: 1, relevance: 1 },
    { image: 0, text: 0, relevance: 0.5 },
    { image: 1, text: 0, relevance: null },
  ]);
  expect(told.unknown).toBe(1);
});

test("a dataset in which nothing belongs together is refused", async () => {
  const empty = createMemoryDataset({ name: "none", images: {}, texts: {}, judgements: [] });
  await expect(write(empty)).rejects.toMatchObject({
    code: "DATASET_EMPTY",
    message: expect.stringContaining('"none" has 0 images and 0 texts'),
  });
});

test("a file URL that names no local file is left to be listed as its image's failure", async () => {
  const { rows } = await write(
    createMemoryDataset({
      images: { a: ["file://host/a.jpg", "FILE:///b.jpg", "file:///c%2Fd.jpg", "https://d/e.jpg"] },
      texts: { t: "a dog" },
      judgements: [{ image: "a", text: "t", relevance: 1 }],
    }),
  );
  expect(rows("images.jsonl")[0].paths).toEqual([
    "file://host/a.jpg",
    "/b.jpg",
    "file:///c%2Fd.jpg",
    "https://d/e.jpg",
  ]);
});
