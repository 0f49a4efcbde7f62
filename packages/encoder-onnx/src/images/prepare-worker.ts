// Runs in worker threads: encoded images to a tower's input, with options that come with the thread.
import { workerData } from "node:worker_threads";
import type { ImageInput, ImageLimits } from "@semblance/core";
import type { SharpDecoderSettings } from "../config.ts";
import { createImageDecoder } from "../decoding/image-decoder.ts";
import { freeMemory } from "../threads/free-memory.ts";
import { joinArrays } from "../threads/join-arrays.ts";
import { mapBounded } from "../threads/map-bounded.ts";
import { type ErrorParts, replyWith, toError, toParts } from "../threads/worker-reply.ts";
import type { ImagePipeline } from "./image-pipeline.ts";
import { createPreprocessor } from "./preprocess-image.ts";

/** Everything that decides what becomes of an image before the model sees it. */
export interface ImagePreparation {
  readonly pipeline: ImagePipeline;
  readonly decoder: SharpDecoderSettings;
  readonly limits: ImageLimits;
}

/** An image that can go to another thread, or why it could not be read here. */
export type SentImage = ImageInput | { readonly failed: ErrorParts };

/** Images as a tower takes them. */
export interface ReadImages {
  /** `[images, 3, height, width]` of those that could be read. */
  readonly pixels: Float32Array;
  /** Why the others could not, by position. */
  readonly errors: readonly (readonly [number, ErrorParts])[];
}

/** As many as libuv has threads for, unless told otherwise. */
const imagesAtOnce = 4;

const { pipeline, decoder, limits }: ImagePreparation = workerData;
const { decode } = createImageDecoder(decoder);
const preprocess = createPreprocessor(pipeline);

/** Decodes, resizes and normalises images: {@link ReadImages}. */
export function prepareImages(images: readonly SentImage[]): Promise<unknown> {
  return replyWith(async () => {
    const planes: Float32Array[] = [];
    const errors: [number, ErrorParts][] = [];
    const settled = await mapBounded(images, imagesAtOnce, prepareImage);
    for (const [i, { result }] of settled.entries()) {
      if (result.status === "fulfilled") planes.push(result.value);
      else errors.push([i, toParts(result.reason)]);
    }
    const pixels = joinArrays(planes);
    return { value: { pixels, errors }, transfer: [pixels] };
  });
}

async function prepareImage(input: SentImage): Promise<Float32Array> {
  if (isFailed(input)) throw toError(input.failed);
  const image = await decode(input, limits);
  const planes = preprocess(image);
  freeMemory(image.rgb);
  return planes;
}

function isFailed(image: SentImage): image is { readonly failed: ErrorParts } {
  return typeof image === "object" && "failed" in image;
}
