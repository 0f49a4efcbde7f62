import { readFile, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { EncoderError, type ImageInput, type RgbImage } from "@semblance/core";
import type { FetchImage } from "../fetching/fetch-image.ts";
import { describeImage } from "../images/describe-image.ts";
import { imageNotFound, tooManyBytes, unreadableImage } from "./image-failures.ts";

/** An image that is still encoded. */
export type EncodedImageInput = Exclude<ImageInput, RgbImage>;

/**
 * The bytes of an encoded image, at most `maxBytes` of them; sizes are checked before anything is read
 * where they are known, and while reading where they are not.
 *
 * @throws EncoderError `IMAGE_NOT_FOUND`, `IMAGE_TOO_LARGE` or `IMAGE_UNREADABLE`; what `fetchImage`
 * throws, by default `IMAGE_ADDRESS_REFUSED`.
 */
export async function readImageBytes(
  input: EncodedImageInput,
  maxBytes: number,
  fetchImage: FetchImage = refuseToFetch,
): Promise<Uint8Array> {
  const bytes = await readBytes(input, maxBytes, fetchImage);
  if (bytes.length > maxBytes) throw tooManyBytes(input, bytes.length, maxBytes);
  if (bytes.length === 0) throw unreadableImage(input, "it is empty");
  return bytes;
}

async function readBytes(
  input: EncodedImageInput,
  maxBytes: number,
  fetchImage: FetchImage,
): Promise<Uint8Array> {
  if (input instanceof Uint8Array) return input;
  const url = addressOf(input);
  if (url?.protocol === "file:") return readPath(pathOf(url, input), input, maxBytes);
  if (url?.protocol === "data:") return readDataUrl(url, input, maxBytes);
  if (url !== undefined) return fetchImage(url, input, maxBytes);
  if (typeof input === "string") return readPath(input, input, maxBytes);
  if (typeof input === "function") return readStream(input, maxBytes);
  if (input instanceof Blob) {
    if (input.size > maxBytes) throw tooManyBytes(input, input.size, maxBytes);
    return readBlob(input);
  }
  throw unreadableImage(input, "expected a path, URL, bytes, blob, pixels or stream");
}

// A drive's letter (C:) is not a protocol.
function addressOf(input: EncodedImageInput): URL | undefined {
  if (input instanceof URL) return input;
  const isAddress = typeof input === "string" && /^(data|file|https?):/i.test(input);
  return isAddress && URL.canParse(input) ? new URL(input) : undefined;
}

async function refuseToFetch(url: URL, input: ImageInput): Promise<never> {
  throw new EncoderError({
    code: "IMAGE_ADDRESS_REFUSED",
    message: `Did not fetch ${describeImage(input)}: fetching images is off.`,
    fix: `Allow it with remote: { hosts: ["${url.hostname}"] }, or give the image's path or bytes.`,
  });
}

function pathOf(url: URL, input: ImageInput): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw unreadableImage(input, "the address names no file on this machine", { cause: error });
  }
}

async function readBlob(blob: Blob): Promise<Uint8Array> {
  const bytes = await blob.arrayBuffer().catch((error: unknown) => {
    throw unreadableImage(blob, "its bytes cannot be read", { cause: error });
  });
  return new Uint8Array(bytes);
}

async function readDataUrl(url: URL, input: ImageInput, maxBytes: number): Promise<Uint8Array> {
  // Base64 has four characters for three bytes, percent-encoding more.
  const atLeast = Math.floor(url.href.length / 4);
  if (atLeast > maxBytes) throw tooManyBytes(input, atLeast, maxBytes);
  const response = await fetch(url).catch((error: unknown) => {
    throw unreadableImage(input, "it is not a valid data: address", { cause: error });
  });
  return new Uint8Array(await response.arrayBuffer());
}

async function readPath(path: string, input: ImageInput, maxBytes: number): Promise<Uint8Array> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw unreadableImage(input, "it is not a file");
    if (found.size > maxBytes) throw tooManyBytes(input, found.size, maxBytes);
    return await readFile(path);
  } catch (error) {
    if (EncoderError.isInstance(error)) throw error;
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "ENOENT" && code !== "ENOTDIR") {
      throw unreadableImage(input, `the file cannot be opened (${code})`, { cause: error });
    }
    throw imageNotFound(input, error);
  }
}

async function readStream(
  open: () => ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of open()) {
      if (!(chunk instanceof Uint8Array)) {
        throw unreadableImage(open, `its stream gave a ${typeof chunk} instead of bytes`);
      }
      size += chunk.length;
      if (size > maxBytes) throw tooManyBytes(open, size, maxBytes);
      chunks.push(chunk);
    }
  } catch (error) {
    if (EncoderError.isInstance(error)) throw error;
    throw unreadableImage(open, "its stream failed", { cause: error });
  }
  return Buffer.concat(chunks);
}
