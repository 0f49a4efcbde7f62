import { join } from "node:path";
import type { Dataset } from "@semblance/core";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../fixtures/temporary-folder.ts";
import { openTrainingData, unusedRows } from "./training-data.ts";

const rows = (count: number, split: string) =>
  Array.from({ length: count }, (_, i) => `${split}-${i}.jpg,${split} ${i},${split}`);
const table = (...lines: string[]) => ["image,caption,split", ...lines, ""].join("\n");

async function open(files: Readonly<Record<string, string>>) {
  const folder = temporaryFolder(files);
  const val = "val.csv" in files ? { val: join(folder, "val.csv") } : {};
  return openTrainingData({ data: join(folder, "train.csv"), seed: 0, ...val });
}

async function captionsOf(dataset: Dataset) {
  return (await Array.fromAsync(dataset.items("text"))).map(({ id }) => id);
}

test.each(["val", "validation", "dev", "valid"])(
  "a table's own %s split validates",
  async (name) => {
    const lines = [...rows(2, "train"), ...rows(1, name), ...rows(1, "test")];
    const { train, validation } = await open({ "train.csv": table(...lines) });
    expect(await captionsOf(train)).toEqual(["train 0", "train 1"]);
    expect(await captionsOf(validation)).toEqual([`${name} 0`]);
  },
);

test("COCO's own splits are taken, with restval for training", async () => {
  const images = ["restval", "train", "val", "test"].map((split, imgid) => {
    const sentences = [{ raw: `a caption of ${split}`, sentid: imgid }];
    return { filename: `${split}.jpg`, imgid, split, sentences };
  });
  const folder = temporaryFolder({ "dataset_coco.json": JSON.stringify({ images }) });
  const data = join(folder, "dataset_coco.json");
  const { train, validation } = await openTrainingData({ data, seed: 0, reader: "karpathy" });
  expect([await captionsOf(train), await captionsOf(validation)]).toEqual([["0", "1"], ["2"]]);
});

test("--val is taken as it is, and of a table with splits its validation part", async () => {
  const plain = await open({
    "train.csv": table(...rows(2, "train")),
    "val.csv": "image,caption\na.jpg,a\n",
  });
  expect(await captionsOf(plain.validation)).toEqual(["a"]);
  const all = table(...rows(2, "train"), ...rows(1, "val"));
  const { train, validation } = await open({ "train.csv": all, "val.csv": all });
  expect([await captionsOf(train), await captionsOf(validation)]).toEqual([
    ["train 0", "train 1"],
    ["val 0"],
  ]);
});

test("without either, a fifth of the images is kept for validation", async () => {
  const lines = Array.from({ length: 50 }, (_, i) => `${i}.jpg,caption ${i}`);
  const { train, validation } = await open({ "train.csv": ["image,caption", ...lines].join("\n") });
  expect(await captionsOf(train)).toHaveLength(40);
  expect(await captionsOf(validation)).toHaveLength(10);
});

test("splits of which none is called train are an error that says so", async () => {
  await expect(
    open({ "train.csv": table(...rows(2, "fold1"), ...rows(2, "fold2")) }),
  ).rejects.toMatchObject({
    code: "SPLIT_NOT_FOUND",
    message: expect.stringContaining("fold1, fold2"),
  });
});

test("a wrong column of --val names that file", async () => {
  const files = { "train.csv": table(...rows(2, "train")), "val.csv": "image,title\na.jpg,a\n" };
  await expect(open(files)).rejects.toMatchObject({
    code: "COLUMN_NOT_FOUND",
    message: expect.stringContaining("val.csv"),
  });
});

test("a row that cannot be used is listed once, though both parts are of its table", async () => {
  const lines = [...rows(2, "train"), ...rows(1, "val"), ",no image,train"];
  expect(unusedRows(await open({ "train.csv": table(...lines) }))).toHaveLength(1);
  const apart = Array.from({ length: 50 }, (_, i) => `${i}.jpg,caption ${i},`);
  expect(unusedRows(await open({ "train.csv": table(...apart, ",no image,") }))).toHaveLength(1);
});
