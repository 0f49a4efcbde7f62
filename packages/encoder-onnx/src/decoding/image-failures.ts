import { EncoderError, type ImageInput } from "@semblance/core";
import { describeImage } from "../images/describe-image.ts";

/** The error for an image that cannot be read, naming it and the reason. */
export function unreadableImage(
  input: ImageInput,
  reason: string,
  details: { readonly cause?: unknown; readonly fix?: string } = {},
): EncoderError {
  const message = `Cannot read ${describeImage(input)}: ${reason}.`;
  return new EncoderError({ code: "IMAGE_UNREADABLE", message, ...details });
}

/** The error for an image with more pixels than the limit. */
export function tooManyPixels(
  input: ImageInput,
  { width, height }: { readonly width: number; readonly height: number },
  maxPixels: number,
): EncoderError {
  return new EncoderError({
    code: "IMAGE_TOO_LARGE",
    message: `${describeImage(input)} has ${width}×${height} pixels; the limit is ${maxPixels}.`,
    fix: "Raise limits.maxPixels if you trust the image.",
  });
}

/** The error for an image of more bytes than the limit. */
export function tooManyBytes(input: ImageInput, found: number, maxBytes: number): EncoderError {
  return new EncoderError({
    code: "IMAGE_TOO_LARGE",
    message: `${describeImage(input)} has ${found} bytes or more; the limit is ${maxBytes}.`,
    fix: "Raise limits.maxBytes if you trust the image.",
  });
}

/** The error for an image that is not there. */
export function imageNotFound(input: ImageInput, cause?: unknown): EncoderError {
  const message = `There is no image at ${describeImage(input)}.`;
  return new EncoderError({ code: "IMAGE_NOT_FOUND", message, cause });
}

/** The error for an image that another machine does not hand out. */
export function imageUnreachable(input: ImageInput, reason: string, cause?: unknown): EncoderError {
  const message = `Cannot fetch ${describeImage(input)}: ${reason}.`;
  return new EncoderError({ code: "IMAGE_UNREACHABLE", message, cause });
}
