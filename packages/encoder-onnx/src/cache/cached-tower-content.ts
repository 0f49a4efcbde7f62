import { createHash } from "node:crypto";
import { EncoderError, type ImageInput } from "@semblance/core";
import { type EncodedImageInput, readImageBytes } from "../decoding/image-bytes.ts";

/** An input, and what its vector is kept under. */
export interface CacheableInput<Input> {
  /** As the caller gave it. */
  readonly input: Input;
  /** What the tower is given: the bytes that `key` was taken of, so that a change in between does no harm. */
  readonly content: Input;
  /** SHA-256 over the tower's id and the content; missing where the content cannot be had. */
  readonly key?: Uint8Array;
}

/** Images of more bytes are encoded each time: they would have to be held in memory. */
const mostBytes = 256 * 2 ** 20;

/** A text is its exact string: its UTF-16, since UTF-8 would make one of all halves of surrogate pairs. */
export async function identifyText(towerId: string, text: string): Promise<CacheableInput<string>> {
  if (typeof text !== "string") return { input: text, content: text };
  const key = keyOf([towerId, "text"], Buffer.from(text, "utf16le"));
  return { input: text, content: text, key };
}

/**
 * An image is its bytes, or its pixels and their size. What cannot be read here is left to the tower:
 * to refuse, or to fetch where it is an address.
 */
export async function identifyImage(
  towerId: string,
  input: ImageInput,
): Promise<CacheableInput<ImageInput>> {
  if (isObject(input) && "rgb" in input) {
    if (!(input.rgb instanceof Uint8Array)) return { input, content: input };
    const key = keyOf([towerId, "rgb", input.width, input.height], input.rgb);
    return { input, content: input, key };
  }
  const bytes = await bytesOf(input);
  if (bytes === undefined) return { input, content: input };
  return { input, content: bytes, key: keyOf([towerId, "image"], bytes) };
}

async function bytesOf(input: EncodedImageInput): Promise<Uint8Array | undefined> {
  try {
    return await readImageBytes(input, mostBytes);
  } catch (error) {
    if (EncoderError.isInstance(error)) return undefined;
    throw error;
  }
}

function keyOf(kind: readonly (string | number)[], content: Uint8Array): Uint8Array {
  return createHash("sha256").update(JSON.stringify(kind)).update(content).digest();
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
