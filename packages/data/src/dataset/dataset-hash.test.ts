import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cell, Dataset } from "@semblance/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { datasetFromTable } from "../table/dataset-from-table.ts";
import { hashGallery } from "./dataset-hash.ts";

type Pair = [text: string, image: string, relevance: number, split: string | null];

const expected: { pairs: Pair[]; whole: string; test: string; gallery: string } = JSON.parse(
  await readFile(join(import.meta.dirname, "../../fixtures/hashes.json"), "utf8"),
);

function datasetOf(pairs: readonly Pair[], baseFolder = "."): Dataset {
  const columnOf = (i: 0 | 1 | 2 | 3): Cell[] => pairs.map((pair) => pair[i]);
  const columns = {
    caption: columnOf(0),
    image: columnOf(1),
    relevance: columnOf(2),
    split: columnOf(3),
  };
  return datasetFromTable({ columns, length: pairs.length, baseFolder });
}

test("hashes ids, splits and judgements as Python does from the documented form", async () => {
  const dataset = datasetOf(expected.pairs);

  expect(dataset.hash).toBe(expected.whole);
  expect(await hashGallery(dataset)).toBe(expected.gallery);
  expect(await hashGallery(dataset, { split: "test" })).toBe(expected.test);
});

test("gives a split the gallery hash of a table that holds it alone", async () => {
  const alone = expected.pairs.filter(([, , , split]) => split === "test");
  const unnamed = alone.map(([text, image, relevance]): Pair => [text, image, relevance, null]);

  expect(await hashGallery(datasetOf(unnamed))).toBe(expected.test);
  expect(datasetOf(unnamed).hash).toBe(expected.test);
});

test("depends neither on the order of rows, nor on repeated rows, nor on the folder", () => {
  const pair = fc.tuple(
    fc.constantFrom("dog", "cat", "cow"),
    fc.constantFrom("a", "b", "c"),
    fc.constantFrom(0, 0.5, 1),
    fc.constantFrom("train", "test", null),
  );
  const pairs = fc.array(pair, { minLength: 1 });
  const reordered = pairs.chain((rows) =>
    fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
  );
  fc.assert(
    fc.property(reordered, ([rows, shuffled]) => {
      expect(datasetOf([...shuffled, ...rows], "/elsewhere").hash).toBe(datasetOf(rows).hash);
    }),
    { seed: 4 },
  );
});

test.each<[string, Pair]>([
  ["a relevance", ["A dog.", "a.jpg", 0.25, "train"]],
  ["an image", ["A dog.", "z.jpg", 1, "train"]],
  ["a text", ["A frog.", "a.jpg", 1, "train"]],
  ["a split", ["A dog.", "a.jpg", 1, "validation"]],
])("changes with %s", (_, first) => {
  expect(expected.pairs[0]).toEqual(["A dog.", "a.jpg", 1, "train"]);

  expect(datasetOf([first, ...expected.pairs.slice(1)]).hash).not.toBe(expected.whole);
});
