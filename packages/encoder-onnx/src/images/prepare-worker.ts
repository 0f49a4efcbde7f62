// Runs in worker threads: encoded images to pixels in a tower's size, with options that come with the thread.
import { workerData } from "node:worker_threads";
import type { ImageInput, ImageLimits } from "@semblance/core";
import type { SharpDecoderSettings } from "../config.ts";
import { createImageDecoder } from "../decoding/image-decoder.ts";
import { freeMemory } from "../threads/free-memory.ts";
import { mapBounded } from "../threads/map-bounded.ts";
import { type ErrorParts, replyWith, toError, toParts } from "../threads/worker-reply.ts";
import type { ImagePipeline } from "./image-pipeline.ts";
import { bytesOf, createPreprocessor } from "./preprocess-image.ts";

/** Everything that decides what becomes of an image before the model sees it. */
export interface ImagePreparation {
  readonly pipeline: ImagePipeline;
  readonly decoder: SharpDecoderSettings;
  readonly limits: ImageLimits;
}

/** An image that can go to another thread, or why it could not be read here. */
export type SentImage = ImageInput | { readonly failed: ErrorParts };

/** Images in the size that a tower takes. */
export interface ReadImages {
  /** `[images, height, width, 3]` of those that could be read. */
  readonly pixels: Uint8Array;
  /** Why the others could not, by position. */
  readonly errors: readonly (readonly [number, ErrorParts])[];
}

/** As many as libuv has threads for, unless told otherwise. */
const imagesAtOnce = 4;

const { pipeline, decoder, limits }: ImagePreparation = workerData;
const { decode } = createImageDecoder(decoder);
const preprocess = createPreprocessor(pipeline);
const length = bytesOf(pipeline.output);

/** Decodes and resizes images: {@link ReadImages}. */
export function prepareImages(images: readonly SentImage[]): Promise<unknown> {
  return replyWith(async () => {
    const pixels = new Uint8Array(images.length * length);
    const errors: [number, ErrorParts][] = [];
    const settled = await mapBounded([...images.entries()], imagesAtOnce, ([i, image]) =>
      prepareImage(image, pixels.subarray(i * length, (i + 1) * length)),
    );
    for (const [i, { result }] of settled.entries()) {
      const to = i - errors.length;
      if (result.status === "rejected") errors.push([i, toParts(result.reason)]);
      else if (to < i) pixels.copyWithin(to * length, i * length, (i + 1) * length);
    }
    const kept = errors.length === 0 ? pixels : pixels.slice(0, -errors.length * length);
    return { value: { pixels: kept, errors }, transfer: [kept] };
  });
}

async function prepareImage(input: SentImage, pixels: Uint8Array): Promise<void> {
  if (isFailed(input)) throw toError(input.failed);
  const image = await decode(input, limits);
  preprocess(image, pixels);
  freeMemory(image.rgb);
}

function isFailed(image: SentImage): image is { readonly failed: ErrorParts } {
  return typeof image === "object" && "failed" in image;
}
