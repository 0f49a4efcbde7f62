// The forward pass alone, on pixels that are ready: what the machine gives when all else is free.
import { join } from "node:path";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { readTowerJob } from "../tower-job.ts";
import { measureTowers } from "./measure-towers.ts";

const size = 224;
const pixels = 3 * size * size;
const job = await readTowerJob();
const file = job.dtype === "fp32" ? "vision_model.onnx" : "vision_model_quantized.onnx";
// The settings of encoder-onnx.
const session = await InferenceSession.create(join(job.model, "onnx", file), {
  executionProviders: ["cpu"],
  logSeverityLevel: 4,
  intraOpNumThreads: job.threads,
  extra: { session: { intra_op: { allow_spinning: "0" } } },
});
const ready = Float32Array.from({ length: job.imageBatch * pixels }, (_, i) => Math.sin(i * 0.37));

await measureTowers(job, { image: encode });

/** The last batch's embeddings. */
async function encode(items: readonly string[]): Promise<Float32Array> {
  let last = new Float32Array();
  for (let done = 0; done < items.length; done += job.imageBatch) {
    const count = Math.min(job.imageBatch, items.length - done);
    const data = ready.subarray(0, count * pixels);
    const pixelValues = new Tensor("float32", data, [count, 3, size, size]);
    const results = await session.run({ pixel_values: pixelValues });
    const vectors = results.image_embeds?.data;
    if (!(vectors instanceof Float32Array)) throw new Error(`${file} gives no image_embeds.`);
    last = vectors.slice();
  }
  return last;
}
