import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sharedFolder } from "#shared";
import { openDataset } from "./open-dataset.ts";
import { splitDataset } from "./split/split-dataset.ts";
import { readTable } from "./table/read-table.ts";

const folder = sharedFolder("data", "flickr8k-800");
const tableAt = (name: string) => join(folder ?? "", name);

test.skipIf(folder === undefined).each([
  ["train.csv", 600, 3000],
  ["val.csv", 100, 500],
  ["test.csv", 100, 500],
])("reads %s: %i photos that are there, and %i captions", async (name, images, rows) => {
  expect((await readTable(tableAt(name))).length).toBe(rows);
  const dataset = await openDataset(tableAt(name));

  expect(dataset.failures).toEqual([]);
  const photos = await Array.fromAsync(dataset.items("image"));
  expect(photos).toHaveLength(images);
  expect(await Array.fromAsync(dataset.items("text"))).toHaveLength(rows);
  expect(await Array.fromAsync(dataset.judgements())).toHaveLength(rows);
  const sizes = await Promise.all(
    photos.flatMap(({ content }) => content.map((path) => stat(path))),
  );
  expect(sizes.every(({ size }) => size > 0)).toBe(true);
});

test.skipIf(folder === undefined)("splits the photos of train.csv as asked", async () => {
  const fractions = { train: 0.9, validation: 0.1 };
  const { dataset } = await splitDataset(await openDataset(tableAt("train.csv")), {
    fractions,
    seed: 0,
  });

  const split = "validation";
  expect(await Array.fromAsync(dataset.items("image", { split }))).toHaveLength(60);
  expect(await Array.fromAsync(dataset.items("text", { split }))).toHaveLength(300);
});
