import { availableParallelism } from "node:os";
import type { EncoderError, ImageInput, ImageLimits, RgbImage } from "@semblance/core";
import { readImageBytes } from "../decoding/image-bytes.ts";
import { joinArrays } from "../threads/join-arrays.ts";
import { createWorkerPool } from "../threads/worker-pool.ts";
import { toError, toParts } from "../threads/worker-reply.ts";
import type { ImagePreparation, ReadImages, SentImage } from "./prepare-worker.ts";

/** Reads images and gives them a tower's size, in threads of their own. */
export interface ImagePreparer {
  /** Reads, decodes and resizes images. */
  prepare(inputs: readonly ImageInput[]): Promise<PreparedImages>;
  /** Ends the threads when the images under way are done. */
  close(): Promise<void>;
}

/** Images in the size that a tower takes. */
interface PreparedImages {
  /** `[images, height, width, 3]` of those that could be read. */
  readonly pixels: Uint8Array;
  /** Why the others could not, by position: what the decoder throws. */
  readonly errors: ReadonlyMap<number, EncoderError>;
}

/**
 * One for every four processor cores: pictures are decoded in libuv's threads, of which a process has
 * four unless told otherwise, and what a thread does itself, the resize, is a quarter of the work.
 */
const threads = Math.max(1, Math.floor(availableParallelism() / 4));

/** Makes the threads that prepare images; they start with the first ones. */
export function createImagePreparer(preparation: ImagePreparation): ImagePreparer {
  const pool = createWorkerPool<readonly SentImage[], ReadImages>({
    module: "images/prepare-worker",
    name: "prepareImages",
    threads,
    workerData: preparation,
  });
  const prepareShare = async (inputs: readonly ImageInput[]) => {
    const sent = await Promise.all(inputs.map((input) => toSendable(input, preparation.limits)));
    return await pool.run(
      sent.map(({ image }) => image),
      sent.flatMap(({ transfer }) => transfer),
    );
  };
  return {
    prepare: async (inputs) => {
      const size = Math.ceil(inputs.length / threads);
      const shares = Array.from({ length: Math.ceil(inputs.length / size) }, (_, i) =>
        prepareShare(inputs.slice(i * size, (i + 1) * size)),
      );
      return join(await Promise.all(shares), size);
    },
    close: () => pool.close(),
  };
}

function join(shares: readonly ReadImages[], size: number): PreparedImages {
  const errors = shares.flatMap((share, i) =>
    share.errors.map(([position, parts]) => [i * size + position, toError(parts)] as const),
  );
  const [only] = shares;
  const pixels =
    only && shares.length === 1 ? only.pixels : joinArrays(shares.map((s) => s.pixels));
  return { pixels, errors: new Map(errors) };
}

interface Sendable {
  readonly image: SentImage;
  readonly transfer: readonly ArrayBufferView[];
}

// The caller keeps its memory: bytes and pixels are copied, and the copies are moved.
async function toSendable(input: ImageInput, limits: ImageLimits): Promise<Sendable> {
  if (typeof input === "string" || input instanceof Blob) return { image: input, transfer: [] };
  if (input instanceof URL) return { image: input.href, transfer: [] };
  if (isPixels(input)) {
    const rgb = new Uint8Array(input.rgb);
    return { image: { ...input, rgb }, transfer: [rgb] };
  }
  try {
    const bytes = new Uint8Array(await readImageBytes(input, limits.maxBytes));
    return { image: bytes, transfer: [bytes] };
  } catch (error) {
    return { image: { failed: toParts(error) }, transfer: [] };
  }
}

function isPixels(input: ImageInput): input is RgbImage {
  return (
    typeof input === "object" && input !== null && "rgb" in input && input.rgb instanceof Uint8Array
  );
}
