import type { IncomingMessage } from "node:http";
import { EncoderError, type ImageInput } from "@semblance/core";
import { imageNotFound, imageUnreachable, tooManyBytes } from "../decoding/image-failures.ts";
import type { RemoteImagesSettings } from "./remote-images.ts";
import { checkRemoteAddress, createRemoteRequest, type Lookup } from "./remote-request.ts";

/** Fetches the bytes of an image; see {@link createImageFetcher}. */
export type FetchImage = (url: URL, input: ImageInput, maxBytes: number) => Promise<Uint8Array>;

/**
 * Makes the function that fetches images: within one time limit, counting bytes as they come, and with
 * every redirect checked as the first address was.
 *
 * @param lookup - Resolves host names. @defaultValue the system's
 *
 * The function throws EncoderError `IMAGE_ADDRESS_REFUSED`, `IMAGE_UNREACHABLE`, `IMAGE_NOT_FOUND` or
 * `IMAGE_TOO_LARGE`.
 */
export function createImageFetcher(settings: RemoteImagesSettings, lookup?: Lookup): FetchImage {
  const request = createRemoteRequest(settings, lookup);
  return async (url, input, maxBytes) => {
    const signal = AbortSignal.timeout(settings.timeoutMs);
    try {
      let address = url;
      for (let hops = 0; hops <= settings.maxRedirects; hops++) {
        checkRemoteAddress(address, settings);
        const response = await request(address, signal);
        const next = redirectOf(response, address);
        if (next === undefined) return await readBody(response, input, maxBytes);
        response.destroy();
        address = next;
      }
      throw imageUnreachable(input, `it redirects more than ${settings.maxRedirects} times`);
    } catch (error) {
      if (EncoderError.isInstance(error)) throw error;
      const reason = signal.aborted
        ? `it took longer than ${settings.timeoutMs} ms`
        : textOf(error);
      throw imageUnreachable(input, reason, error);
    }
  };
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage, from: URL): URL | undefined {
  const isRedirect = [301, 302, 303, 307, 308].includes(statusCode);
  return isRedirect && headers.location !== undefined ? new URL(headers.location, from) : undefined;
}

async function readBody(
  response: IncomingMessage,
  input: ImageInput,
  maxBytes: number,
): Promise<Uint8Array> {
  try {
    const { statusCode, headers } = response;
    if (statusCode === 404 || statusCode === 410) throw imageNotFound(input);
    if (statusCode !== 200) throw imageUnreachable(input, `the server answers ${statusCode}`);
    const declared = Number(headers["content-length"] ?? 0);
    if (declared > maxBytes) throw tooManyBytes(input, declared, maxBytes);
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response) {
      size += chunk.length;
      if (size > maxBytes) throw tooManyBytes(input, size, maxBytes);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } finally {
    response.destroy();
  }
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? ` (${error.code})` : "";
  return `${error.message || "the connection failed"}${code}`.replace(/\.$/, "");
}
