import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import {
  EncoderError,
  type ImageDecoder,
  type ImageLimits,
  type RunOptions,
} from "@semblance/core";
import { type Fingerprint, fingerprintOf } from "./fingerprint.ts";

/** An image that could be opened. */
export interface SeenImage {
  readonly state: "seen";
  /** The same for the same pixels; without a decoder, for the same bytes. */
  readonly content: string;
  /** Only a decoder says. */
  readonly picture?: {
    readonly width: number;
    readonly height: number;
    readonly fingerprint: Fingerprint;
  };
}

/** What became of looking at an image. */
export type ImageLook =
  | SeenImage
  | { readonly state: "missing" | "broken" | "too-large" | "unchecked"; readonly reason: string };

/** Options of {@link lookAtImages}. */
export interface LookAtImagesOptions extends RunOptions {
  readonly decoder?: ImageDecoder;
  readonly limits: ImageLimits;
}

/**
 * Opens every image, a few at a time; what is kept of each is below 1 kB.
 *
 * @throws the signal's reason.
 */
export async function lookAtImages(
  references: Iterable<string>,
  options: LookAtImagesOptions,
): Promise<Map<string, ImageLook>> {
  const all = [...new Set(references)];
  const looks = new Map<string, ImageLook>();
  const progress = { stage: "looking at images", total: all.length, unit: "images" };
  // Shared by the workers: each takes the next image that nobody has taken.
  const waiting = all.values();
  let hasFailed = false;
  const work = async () => {
    for (const reference of waiting) {
      options.signal?.throwIfAborted();
      if (hasFailed) return;
      looks.set(reference, await lookAt(reference, options));
      options.onProgress?.({ ...progress, done: looks.size });
    }
  };
  const workers = Array.from({ length: availableParallelism() + 1 }, work);
  await Promise.all(workers).catch((error: unknown) => {
    hasFailed = true;
    throw error;
  });
  return looks;
}

function lookAt(reference: string, options: LookAtImagesOptions): Promise<ImageLook> {
  const { decoder, limits } = options;
  return decoder === undefined ? readBytes(reference) : decode(reference, decoder, limits);
}

async function decode(
  reference: string,
  decoder: ImageDecoder,
  limits: ImageLimits,
): Promise<ImageLook> {
  try {
    const image = await decoder.decode(reference, limits);
    const { width, height, rgb } = image;
    const content = createHash("sha256").update(`${width},${height},`).update(rgb).digest("base64");
    const fingerprint = fingerprintOf(image);
    return { state: "seen", content, picture: { width, height, fingerprint } };
  } catch (error) {
    if (!EncoderError.isInstance(error)) throw error;
    return { state: states[error.code] ?? "broken", reason: error.message };
  }
}

const states: Readonly<Record<string, "missing" | "too-large" | "unchecked">> = {
  IMAGE_NOT_FOUND: "missing",
  IMAGE_TOO_LARGE: "too-large",
  IMAGE_ADDRESS_REFUSED: "unchecked",
  IMAGE_UNREACHABLE: "unchecked",
};

async function readBytes(reference: string): Promise<ImageLook> {
  const isAddress = /^(?:[a-z][a-z\d+.-]*:\/\/|data:)/i.test(reference);
  if (isAddress) return { state: "unchecked", reason: "It is an address, not a file." };
  try {
    const bytes = await readFile(reference);
    if (bytes.length === 0) return { state: "broken", reason: `${reference} is empty.` };
    return { state: "seen", content: createHash("sha256").update(bytes).digest("base64") };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return { state: isMissing ? "missing" : "broken", reason };
  }
}
