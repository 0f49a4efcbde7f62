// Runs in worker threads: encoded images to a tower's input, with options that come with the thread.
import { workerData } from "node:worker_threads";
import type { ImageInput } from "@semblance/core";
import { freeMemory } from "./free-memory.ts";
import { createImageDecoder } from "./image-decoder.ts";
import type { ImagePreparation } from "./image-preparer.ts";
import { createPreprocessor } from "./preprocess-image.ts";
import { replyWith } from "./worker-reply.ts";

const { pipeline, decoder, limits }: ImagePreparation = workerData;
const { decode } = createImageDecoder(decoder);
const preprocess = createPreprocessor(pipeline);

/** Decodes, resizes and normalises one image: `[3, height, width]`, planar. */
export function prepareImage(input: ImageInput): Promise<unknown> {
  return replyWith(async () => {
    const image = await decode(input, limits);
    const planes = preprocess(image);
    freeMemory(image.rgb);
    return planes;
  });
}
