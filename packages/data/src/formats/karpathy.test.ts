import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { describeDataset } from "../../fixtures/describe-dataset.ts";
import { temporaryFile } from "../../fixtures/temporary-file.ts";
import { createKarpathyReader } from "./karpathy.ts";

const folder = join(import.meta.dirname, "../../fixtures/formats/karpathy");
const source = join(folder, "dataset_tiny.json");

test("reads COCO's ids, paths in their folder, and captions from tokens where raw is missing", async () => {
  const dataset = await createKarpathyReader().read(source);

  expect(dataset).toMatchObject({ name: "dataset_tiny", splits: ["test", "train"], failures: [] });
  expect(await describeDataset(dataset, folder, { split: "test" })).toMatchObject({
    images: ["7: val2014/COCO_val2014_000000000007.jpg @test"],
    texts: [
      "101: A kite over dunes. @test",
      "102: Red kite, blue sky. @test",
      "103: someone flies a kite @test",
    ],
    judgements: ["101 7 1", "102 7 1", "103 7 1"],
  });
});

test("counts restval as train, unless it is kept apart", async () => {
  const imagesOf = async (split: string, restval?: "restval") => {
    const reader = createKarpathyReader(restval === undefined ? {} : { restval });
    return (await describeDataset(await reader.read(source), folder, { split })).images;
  };

  expect(await imagesOf("train")).toEqual([
    "9: train2014/COCO_train2014_000000000009.jpg @train",
    "11: val2014/COCO_val2014_000000000011.jpg @train",
  ]);
  expect(await imagesOf("train", "restval")).toHaveLength(1);
  expect(await imagesOf("restval", "restval")).toHaveLength(1);
});

test("leaves out what cannot be used, with the reason and the place", async () => {
  const dataset = await createKarpathyReader().read(join(folder, "dataset_damaged.json"));

  expect(await describeDataset(dataset, folder)).toEqual({
    images: ["0: kite.jpg @test"],
    texts: ["2: A kite. @test"],
    judgements: ["2 0 1"],
    failures: [
      "0 EMPTY_CELL",
      "0 ID_CONFLICT",
      "0 EMPTY_CELL",
      "1 INVALID_ENTRY",
      "2 INVALID_ENTRY",
      "3 ID_CONFLICT",
      "4 INVALID_ENTRY",
    ],
  });
  expect(dataset.failures[1]?.message).toBe(
    `${join(folder, "dataset_damaged.json")}, images[0].sentences[2]: "2" is A stamp. here, and A kite. in an earlier row.`,
  );
});

test("finds images in folders as published datasets have them, and where it is told", async () => {
  const images = [{ filename: "one.jpg", imgid: 1, sentences: [{ raw: "One.", sentid: 1 }] }];
  await using file = await temporaryFile("unused.txt", "");
  await file.add("lists/dataset.json", JSON.stringify({ images }));
  const pathOf = async (baseFolder?: string) => {
    const options = baseFolder === undefined ? {} : { baseFolder };
    const source = join(file.folder, "lists/dataset.json");
    const dataset = await createKarpathyReader().read(source, options);
    return (await Array.fromAsync(dataset.items("image")))[0]?.content[0];
  };

  expect(await pathOf()).toBe(join(file.folder, "lists/one.jpg"));
  await file.add("images/one.jpg", "");
  expect(await pathOf()).toBe(join(file.folder, "images/one.jpg"));
  await file.add("lists/flickr30k-images/one.jpg", "");
  expect(await pathOf()).toBe(join(file.folder, "lists/flickr30k-images/one.jpg"));
  expect(await pathOf("/elsewhere")).toBe(resolve("/elsewhere/one.jpg"));
});

test.each([
  ["no JSON", "{", "INVALID_JSON"],
  ["no list of images", '{"image": []}', "INVALID_DOCUMENT"],
  ["no image", '{"images": []}', "DATASET_EMPTY"],
  ["bytes that are no text", new Uint8Array([0x7b, 0xff]), "INVALID_UTF8"],
])("refuses a document with %s", async (_, content, code) => {
  await using file = await temporaryFile("dataset.json", content);

  await expect(createKarpathyReader().read(file.path)).rejects.toMatchObject({ code });
});

test("refuses names of columns, which it does not have", async () => {
  const reading = createKarpathyReader().read(source, { columns: { image: "filename" } });

  await expect(reading).rejects.toMatchObject({ code: "COLUMNS_FIXED" });
});
