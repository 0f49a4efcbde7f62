import { EncoderError } from "@semblance/core";
import { unreadableImage } from "./image-failures.ts";
import type { PictureToDecode } from "./picture-to-decode.ts";

/** The error for what sharp throws while it decodes a picture; an EncoderError stays as it is. */
export function decodeFailure(picture: PictureToDecode, cause: unknown): EncoderError {
  if (EncoderError.isInstance(cause)) return cause;
  const { input, isHevc, timeLimit } = picture;
  if (isHevc) {
    return unreadableImage(input, "it is a HEIC, and this build of sharp has no HEVC decoder", {
      cause,
      fix: "Convert it to JPEG, or build sharp with a libvips that has libheif with libde265.",
    });
  }
  return unreadableImage(input, reasonOf(cause, timeLimit), { cause });
}

// libvips names its own parts before the reason, and may repeat it line by line.
function reasonOf(error: unknown, timeLimit: number): string {
  const message = error instanceof Error ? error.message : String(error);
  if (/^timeout: /m.test(message)) return `it took longer than ${timeLimit} s to decode`;
  const [first = ""] = message.split("\n");
  const reason = first
    .replace(/^Input buffer (has corrupt header:? ?|contains )/i, "")
    .replace(/^\w+: /, "")
    .replace(/\.$/, "");
  return `its data is damaged or cut off${reason === "" ? "" : ` (${reason})`}`;
}
