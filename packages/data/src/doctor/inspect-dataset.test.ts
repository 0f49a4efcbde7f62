import { expect, test } from "vitest";
import { clean, pictures, toTable } from "../../fixtures/inspect-rows.ts";
import { pictureFolder } from "../../fixtures/picture-folder.ts";
import { createPpmDecoder } from "../../fixtures/plain-pictures.ts";
import { datasetFromTable } from "../table/dataset-from-table.ts";
import { inspectDataset } from "./inspect-dataset.ts";

const decoder = createPpmDecoder();

test("finds in a dataset what it knows of, by positions on each side", async () => {
  await using files = await pictureFolder(pictures);
  const rows = [
    ...clean,
    { image: "a.ppm", caption: "Two cats.", relevance: 1, split: "test" },
    { image: "lost.ppm", caption: "Nothing.", relevance: 0, split: "test" },
    { image: "a.ppm", caption: null, relevance: 1, split: "test" },
  ];
  const dataset = datasetFromTable(toTable(rows, { baseFolder: files.folder }));
  const { findings, counts, rowsAtFault } = await inspectDataset(dataset, { decoder });

  const place = (kind: string) =>
    findings
      .find((finding) => finding.kind === kind)
      ?.items.map(({ row, split, caption }) => [row, split, caption]);
  expect(place("image-across-splits")).toEqual([
    [0, "train", undefined],
    [0, "test", undefined],
  ]);
  expect(place("caption-across-splits")).toEqual([
    [2, "train", "Two cats."],
    [2, "test", "Two cats."],
  ]);
  expect(place("missing-image")).toEqual([[3, "test", undefined]]);
  expect(place("caption-without-image")).toEqual([[4, "test", "Nothing."]]);
  expect(place("unusable-row")).toEqual([[6, undefined, undefined]]);
  expect(counts).toMatchObject({ images: 4, captions: 5, splits: 2, errors: 3 });
  expect(rowsAtFault).toEqual([]);
});

test("finds nothing in a clean dataset, with splits or without", async () => {
  await using files = await pictureFolder(pictures);
  const unsplit = clean.map(({ split: _, ...row }) => row);
  for (const rows of [clean, unsplit]) {
    const dataset = datasetFromTable(toTable(rows, { baseFolder: files.folder }));
    expect((await inspectDataset(dataset, { decoder })).findings).toEqual([]);
  }
});
