import { expect, test } from "vitest";
import { datasetFromTable } from "../table/dataset-from-table.ts";
import { limitCaptions } from "./limit-captions.ts";

const rows = [
  ["kite.jpg", "red kite", 1, "test"],
  ["mug.jpg", "two mugs", 1, "test"],
  ["kite.jpg", "blue sky", 1, "test"],
  ["kite.jpg", "two mugs", 1, "test"],
  ["kite.jpg", "dunes", 1, "test"],
  ["kite.jpg", "a ladder", 0, "test"],
  ["ladder.jpg", "in the train", 1, "train"],
  ["kite.jpg", "dunes", 1, "train"],
] as const;
const dataset = datasetFromTable({
  length: rows.length,
  columns: {
    image: rows.map(([image]) => image),
    caption: rows.map(([, caption]) => caption),
    relevance: rows.map(([, , relevance]) => relevance),
    split: rows.map(([, , , split]) => split),
  },
});

async function textsOf(captionsPerImage: number, split = "test") {
  const limited = limitCaptions(dataset, { captionsPerImage });
  return (await Array.fromAsync(limited.items("text", { split }))).map(({ id }) => id);
}

test("keeps the first captions of each image, in the order of captions", async () => {
  expect(await textsOf(1)).toEqual(["red kite", "two mugs", "a ladder"]);
  expect(await textsOf(2)).toEqual(["red kite", "two mugs", "a ladder"]);
  expect(await textsOf(3)).toEqual(["red kite", "two mugs", "blue sky", "a ladder"]);
  expect(await textsOf(4)).toHaveLength(5);
});

test("counts the captions of the split that is asked for", async () => {
  expect(await textsOf(1, "train")).toEqual(["dunes", "in the train"]);
});

test("drops the judgements of captions that went, and keeps all of one that stayed", async () => {
  const limited = limitCaptions(dataset, { captionsPerImage: 1 });

  expect(await Array.fromAsync(limited.judgements({ split: "test" }))).toEqual([
    { text: "red kite", image: "kite.jpg", relevance: 1 },
    { text: "two mugs", image: "mug.jpg", relevance: 1 },
    { text: "two mugs", image: "kite.jpg", relevance: 1 },
    { text: "a ladder", image: "kite.jpg", relevance: 0 },
  ]);
});

test("keeps all images, and has a hash of its own for each number", async () => {
  const images = await Array.fromAsync(
    limitCaptions(dataset, { captionsPerImage: 1 }).items("image"),
  );
  const hashes = [1, 2].map(
    (captionsPerImage) => limitCaptions(dataset, { captionsPerImage }).hash,
  );

  expect(images).toHaveLength(3);
  expect(new Set([dataset.hash, ...hashes]).size).toBe(3);
});

test.each([0, 1.5, Number.NaN])("refuses %d captions", (captionsPerImage) => {
  expect(() => limitCaptions(dataset, { captionsPerImage })).toThrow(RangeError);
});
