import { join } from "node:path";
import { readTable } from "@semblance/data";
import { expect, test } from "vitest";
import { runForDocument } from "../../../fixtures/command-run.ts";
import { captions, folderWithPairs, tinyModel } from "../../../fixtures/tiny-model.ts";

const predict = (data: string, ...more: string[]) =>
  runForDocument("predict", "-m", tinyModel, "-d", data, ...more);

const karpathy = JSON.stringify({
  dataset: "photos",
  images: Object.entries({ ...captions, "lost.jpg": "a frog" }).map(([filename, raw], imgid) => ({
    filename,
    imgid,
    split: imgid < 2 ? "train" : "test",
    sentences: [{ raw, imgid, sentid: imgid }],
  })),
});

test("of a dataset in another format it takes the pairs that are listed, in their order", async () => {
  const folder = folderWithPairs({ "dataset_photos.json": karpathy });
  const { document: ofTable } = await predict(join(folder, "pairs.csv"));
  const data = join(folder, "dataset_photos.json");
  const output = join(folder, "predictions.csv");
  const run = await predict(data, "-o", output);
  expect(run.exitCode).toBe(0);
  expect(run.document.predictions).toEqual(ofTable.predictions);
  expect(run.document.failures).toMatchObject([{ index: 4, code: "IMAGE_NOT_FOUND" }]);
  const { columns } = await readTable(output);
  expect(columns.caption).toEqual([...Object.values(captions), "a frog"]);
  expect(columns.image?.[0]).toBe(join(folder, "rgb.jpg"));
  expect(columns.relevance).toEqual(["1", "1", "1", "1", "1"]);
});

test("--split takes one part, of a table, too", async () => {
  const rows = Object.entries(captions).map(([image, caption], i) => `${image},"${caption}",s${i}`);
  const table = ["image,caption,split", ...rows, ""].join("\n");
  const folder = folderWithPairs({ "dataset_photos.json": karpathy, "pairs.csv": table });
  const data = join(folder, "dataset_photos.json");
  const run = await predict(data, "--split", "train");
  expect(run.document.predictions).toHaveLength(2);
  const { document } = await predict(join(folder, "pairs.csv"), "--split", "s2");
  expect(document.predictions.map(({ row }) => row)).toEqual([0]);
});
