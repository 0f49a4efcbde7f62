import { availableParallelism } from "node:os";
import type { ImageInput, ImageLimits, RgbImage } from "@semblance/core";
import type { SharpDecoderSettings } from "./config.ts";
import { readImageBytes } from "./image-bytes.ts";
import type { ImagePipeline } from "./image-pipeline.ts";
import { createWorkerPool } from "./worker-pool.ts";

/** Everything that decides what becomes of an image before the model sees it. */
export interface ImagePreparation {
  readonly pipeline: ImagePipeline;
  readonly decoder: SharpDecoderSettings;
  readonly limits: ImageLimits;
}

/** Turns images into a tower's input, in threads of their own. */
export interface ImagePreparer {
  /**
   * @returns `[3, height, width]`, planar.
   * @throws EncoderError as the decoder does.
   */
  prepare(input: ImageInput): Promise<Float32Array>;
  /** Ends the threads when the images under way are done. */
  close(): Promise<void>;
}

/**
 * Images under way in a thread. They are decoded in libuv's threads, of which a process has four unless
 * told otherwise; what a thread does itself, the resize, is a quarter of the work.
 */
const imagesPerThread = 4;

/** One for every four processor cores. */
const threads = Math.max(1, Math.floor(availableParallelism() / 4));

/** Images that are worth being under way at once. */
export const imagesAtOnce: number = threads * imagesPerThread;

/** Makes the threads that prepare images; they start with the first one. */
export function createImagePreparer(preparation: ImagePreparation): ImagePreparer {
  const pool = createWorkerPool<ImageInput, Float32Array>({
    module: "prepare-worker",
    name: "prepareImage",
    threads,
    concurrency: imagesPerThread,
    workerData: preparation,
  });
  return {
    prepare: async (input) => {
      const { sent, transfer } = await toSendable(input, preparation.limits);
      return await pool.run(sent, transfer);
    },
    close: () => pool.close(),
  };
}

interface Sendable {
  readonly sent: ImageInput;
  readonly transfer?: readonly ArrayBufferView[];
}

// The caller keeps its memory: bytes and pixels are copied, and the copies are moved.
async function toSendable(input: ImageInput, limits: ImageLimits): Promise<Sendable> {
  if (typeof input === "string" || input instanceof Blob) return { sent: input };
  if (input instanceof URL) return { sent: input.href };
  if (isPixels(input)) {
    const rgb = new Uint8Array(input.rgb);
    return { sent: { ...input, rgb }, transfer: [rgb] };
  }
  const sent = new Uint8Array(await readImageBytes(input, limits.maxBytes));
  return { sent, transfer: [sent] };
}

function isPixels(input: ImageInput): input is RgbImage {
  return (
    typeof input === "object" && input !== null && "rgb" in input && input.rgb instanceof Uint8Array
  );
}
