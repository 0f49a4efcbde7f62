// transformers.js on the files that ours uses, from an installation of its own.
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { normalizeRows, toEmbeddings } from "@semblance/core";
import { readTowerJob } from "../tower-job.ts";
import { measureTowers } from "./measure-towers.ts";

/** The part of the library that is used. */
interface Library {
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
  readonly RawImage: { read(path: string): Promise<unknown> };
  readonly AutoProcessor: Loader<(images: readonly unknown[]) => Promise<Pixels>>;
  readonly AutoTokenizer: Loader<(texts: readonly string[], options: object) => object>;
  readonly CLIPVisionModelWithProjection: Loader<(inputs: Pixels) => Promise<Output>>;
  readonly CLIPTextModelWithProjection: Loader<(inputs: object) => Promise<Output>>;
}
interface Loader<Loaded> {
  from_pretrained(name: string, options: object): Promise<Loaded>;
}
interface Pixels {
  readonly pixel_values: object;
}
interface Output {
  readonly image_embeds?: { readonly data: Float32Array };
  readonly text_embeds?: { readonly data: Float32Array };
}

const job = await readTowerJob();
const require = createRequire(join(job.nodePeers, "package.json"));
const address = pathToFileURL(require.resolve("@huggingface/transformers")).href;
const library: Library = await import(address);
library.env.allowRemoteModels = false;
library.env.localModelPath = dirname(job.model);

const name = basename(job.model);
const options = {
  dtype: job.dtype === "int8" ? "q8" : "fp32",
  local_files_only: true,
  session_options: { intraOpNumThreads: job.threads },
};
const processor = await library.AutoProcessor.from_pretrained(name, options);
const vision = await library.CLIPVisionModelWithProjection.from_pretrained(name, options);
let text: ReturnType<typeof loadText> | undefined;

await measureTowers(job, {
  image: (paths) =>
    inBatches(paths, job.imageBatch, async (batch) => {
      const images = await Promise.all(batch.map((path) => library.RawImage.read(path)));
      const { pixel_values } = await processor(images);
      return (await vision({ pixel_values })).image_embeds?.data;
    }),
  text: async (texts) => {
    text ??= loadText();
    const { tokenizer, model } = await text;
    return inBatches(texts, job.textBatch, async (batch) => {
      const inputs = tokenizer(batch, { padding: true, truncation: true });
      return (await model(inputs)).text_embeds?.data;
    });
  },
});

async function loadText() {
  const tokenizer = await library.AutoTokenizer.from_pretrained(name, options);
  const model = await library.CLIPTextModelWithProjection.from_pretrained(name, options);
  return { tokenizer, model };
}

/** Rows of unit length: the library leaves that to its user. */
async function inBatches(
  items: readonly string[],
  size: number,
  run: (batch: readonly string[]) => Promise<Float32Array | undefined>,
): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for (let done = 0; done < items.length; done += size) {
    parts.push((await run(items.slice(done, done + size))) ?? new Float32Array());
  }
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    all.set(part, filled);
    filled += part.length;
  }
  return normalizeRows(toEmbeddings(all, all.length / items.length)).data;
}
