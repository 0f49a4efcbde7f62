/** Decoded pixels: 8 bits a channel, `[height, width, 3]` row-major, sRGB as stored. */
export interface RgbImage {
  readonly rgb: Uint8Array;
  readonly width: number;
  readonly height: number;
}

/** What an image tower takes: a path, a `file:` URL, encoded bytes, pixels, or a stream to open. */
export type ImageInput =
  | string
  | URL
  | Uint8Array
  | Blob
  | RgbImage
  | (() => ReadableStream<Uint8Array>);

/** Bounds that an {@link ImageDecoder} holds to before it allocates. */
export interface ImageLimits {
  readonly maxPixels: number;
  readonly maxBytes: number;
}

/** Turns an encoded image into pixels; injected where a package without native code needs pictures. */
export interface ImageDecoder {
  /** @throws {@link EncoderError} when the image cannot be read or is beyond the limits. */
  decode(input: ImageInput, limits: ImageLimits): Promise<RgbImage>;
}
