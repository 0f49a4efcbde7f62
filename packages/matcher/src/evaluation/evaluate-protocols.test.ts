import { createRandom, toEmbeddings } from "@semblance/core";
import { datasetFromTable } from "@semblance/data";
import { expect, test } from "vitest";
import { type EvaluateDatasetOptions, evaluateDataset } from "./evaluate-dataset.ts";

const random = createRandom(3);
const draw = (rows: number) =>
  toEmbeddings(
    Float32Array.from({ length: rows * 4 }, () => random() - 0.5),
    4,
  );

// 12 images with 3 captions each, all of the test split, which an image of training follows.
const images = Array.from({ length: 39 }, (_, row) => `${Math.floor(row / 3)}.jpg`);
const dataset = datasetFromTable({
  length: 39,
  columns: {
    image: images,
    caption: images.map((image, row) => `${image}, caption ${row % 3}`),
    split: images.map((image) => (image === "12.jpg" ? "train" : "test")),
  },
});
const source = { image: draw(13), text: draw(39) };
const model = { id: null, name: "embeddings", dtype: null, sha256: null };

const evaluate = (options: Partial<EvaluateDatasetOptions> = {}) =>
  evaluateDataset({
    dataset,
    split: "test",
    source,
    model,
    cutoffs: [1],
    confidence: false,
    ...options,
  });

test("keeps the first captions of each image, with the rows that are theirs", async () => {
  const { report, texts, embeddings } = await evaluate({ captionsPerImage: 2 });

  expect(report).toMatchObject({
    dataset: { images: 12, texts: 24, pairs: 24 },
    protocol: { captionsPerImage: 2, folds: null },
  });
  expect(texts[2]?.id).toBe("1.jpg, caption 0");
  expect(embeddings.text.data.subarray(8, 12)).toEqual(source.text.data.subarray(12, 16));
  expect(report.dataset.galleryHash).not.toBe((await evaluate()).report.dataset.galleryHash);
});

test("a limit that no image reaches changes nothing but the protocol", async () => {
  const { report } = await evaluate({ captionsPerImage: 3 });
  const whole = (await evaluate()).report;

  expect(report.metrics).toEqual(whole.metrics);
  expect(report.dataset).toEqual(whole.dataset);
  expect(whole.protocol).toMatchObject({ captionsPerImage: null, folds: null });
});

test("ranks within folds of images in the dataset's order", async () => {
  const { report, queries } = await evaluate({ folds: 3, topHits: 4 });

  expect(report.protocol.folds).toBe(3);
  expect(report.metrics["t2i.hit@1"]?.n).toBe(36);
  const hits = Array.from(queries.t2i.hits.rows, (row) => Math.floor(row / 4));
  expect(hits).toEqual(Array.from({ length: 144 }, (_, i) => Math.floor(i / 48)));
});

test("an image without vectors moves no other into another fold", async () => {
  const ids = { image: images.filter((_, row) => row % 3 === 0).slice(1, 12) };
  const known = { image: draw(11), text: source.text, ids };
  const { report, queries } = await evaluate({ source: known, folds: 3, topHits: 3 });

  expect(report.failures).toMatchObject([{ code: "NOT_EMBEDDED", input: "0.jpg" }]);
  const found = new Set(queries.t2i.hits.rows.subarray(0, 9 * 3));
  expect([...found].sort()).toEqual([0, 1, 2]);
});

test.each([
  [{ folds: 1 }, RangeError],
  [{ folds: 2.5 }, RangeError],
  [{ captionsPerImage: 0 }, RangeError],
])("refuses %j", async (options, error) => {
  await expect(evaluate(options)).rejects.toThrow(error);
});

test("refuses more folds than there are images", async () => {
  await expect(evaluate({ folds: 13 })).rejects.toMatchObject({ code: "TOO_FEW_IMAGES" });
});
