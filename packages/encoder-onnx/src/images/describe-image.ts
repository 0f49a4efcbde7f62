import type { ImageInput } from "@semblance/core";

const longestShown = 200;

/** An image input in a few words, for messages and failure lists: a path, or what kind of bytes. */
export function describeImage(input: ImageInput): string {
  if (typeof input === "string") return describeText(input);
  if (input instanceof URL) return describeText(input.href);
  if (input instanceof Uint8Array) return `an image of ${input.length} bytes`;
  if (input instanceof Blob) return `a blob of ${input.size} bytes`;
  if (typeof input === "function") return "an image stream";
  if (isObject(input) && "rgb" in input) return `an image of ${input.width}×${input.height} pixels`;
  return `a value of type ${input === null ? "null" : typeof input}`;
}

/** A text as it is, cut where it is long. */
export function describeText(text: string): string {
  return text.length > longestShown
    ? `${text.slice(0, longestShown)}… (${text.length} characters)`
    : text;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
