import { join } from "node:path";
import { expect, test } from "vitest";
import { describeDataset } from "../../fixtures/describe-dataset.ts";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { createVseReader } from "./vse.ts";

const folder = join(import.meta.dirname, "../../fixtures/formats/vse");

test("gives each id five captions where there are five times as many, else one", async () => {
  const dataset = await createVseReader().read(folder);

  expect(dataset).toMatchObject({ name: "vse", splits: ["test", "train"] });
  expect(await describeDataset(dataset, folder, { split: "train" })).toMatchObject({
    images: ["7: kite.jpg @train", "9: mug.jpg @train"],
    judgements: [
      ...[0, 1, 2, 3, 4].map((line) => `train#${line} 7 1`),
      ...[6, 7, 8, 9].map((line) => `train#${line} 9 1`),
    ],
    failures: ["2 ITEM_NOT_FOUND", "5 EMPTY_CELL"],
  });
  expect((await describeDataset(dataset, folder, { split: "test" })).texts).toEqual([
    "test#0: A ladder . @test",
    "test#1: A shed . @test",
  ]);
});

test("reads one split, with the mapping in the folder above", async () => {
  const dataset = await createVseReader().read(join(folder, "precomp/test_caps.txt"));

  expect(dataset.splits).toEqual(["test"]);
  expect((await describeDataset(dataset, folder)).images).toEqual(["11: ladder.jpg @test"]);
});

test("takes ids that are paths without a mapping, and asks for one where they are not", async () => {
  await using lists = await temporaryFile("dev_caps.txt", "A kite .\n");
  await lists.add("dev_ids.txt", "kite.jpg\n");

  const dataset = await createVseReader().read(lists.folder);
  expect((await describeDataset(dataset, lists.folder)).images).toEqual([
    "kite.jpg: kite.jpg @dev",
  ]);

  await lists.add("dev_ids.txt", "391895\n");
  await expect(createVseReader().read(lists.folder)).rejects.toMatchObject({
    code: "MAPPING_NOT_FOUND",
  });
});

test("refuses lists without lines", async () => {
  await using lists = await temporaryFile("dev_caps.txt", "\n");
  await lists.add("dev_ids.txt", "");

  await expect(createVseReader().read(lists.folder)).rejects.toMatchObject({
    code: "DATASET_EMPTY",
  });
});

test("refuses lists that do not fit together, and captions without ids", async () => {
  await using lists = await temporaryFile("dev_caps.txt", "One .\nTwo .\nThree .\n");

  await expect(createVseReader().read(lists.folder)).rejects.toMatchObject({
    code: "FILE_NOT_FOUND",
    position: { file: join(lists.folder, "dev_ids.txt") },
  });
  await lists.add("dev_ids.txt", "a.jpg\nb.jpg\n");
  await expect(createVseReader().read(lists.folder)).rejects.toMatchObject({
    code: "CAPTION_COUNT",
    message: expect.stringContaining("3 captions and 2 ids"),
  });
});
