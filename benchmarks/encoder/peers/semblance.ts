// Ours: paths and texts in, embeddings out, through the public encoder.
import { collect } from "@semblance/core";
import { createOnnxEncoder } from "@semblance/encoder-onnx";
import { readTowerJob } from "../tower-job.ts";
import { measureTowers } from "./measure-towers.ts";

const job = await readTowerJob();
const { model, dtype, threads, imageBatch, textBatch } = job;
await using encoder = await createOnnxEncoder({ model, dtype, threads });
const { image, text } = encoder;
if (!image || !text) throw new Error(`${model} lacks a tower.`);
await measureTowers(job, {
  image: async (paths) => {
    const { embeddings } = await collect(image.encode(paths, { batchSize: imageBatch }));
    return embeddings.data;
  },
  text: async (texts) => {
    const { embeddings } = await collect(text.encode(texts, { batchSize: textBatch }));
    return embeddings.data;
  },
});
