import type { ImageInput, ImageLimits } from "@semblance/core";
import type { ImageFormat } from "./image-format.ts";

/** A file whose kind is known, and how to read it. */
export interface PictureToDecode {
  readonly input: ImageInput;
  readonly bytes: Uint8Array;
  readonly format: ImageFormat;
  /** Whether it is a HEIF with HEVC inside. */
  readonly isHevc?: boolean;
  readonly limits: ImageLimits;
  /** Whether EXIF orientation is applied. */
  readonly isTurned: boolean;
  /** Seconds after which decoding is given up. */
  readonly timeLimit: number;
}
