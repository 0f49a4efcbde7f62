import type { ImagePipeline } from "./image-pipeline.ts";

/**
 * What the bytes of a picture become, `[3, 256]`: of each channel the value of each byte. Rescaling and
 * normalising, rounded to single precision where numpy rounds: after rescaling in double precision,
 * after the mean, after the deviation.
 */
export function pixelValues({ rescaleFactor = 1, normalize, style }: ImagePipeline): Float32Array {
  const values = new Float32Array(3 * 256);
  for (let i = 0; i < values.length; i++) {
    const channel = Math.trunc(i / 256);
    // torchvision divides by 255; times its reciprocal is not always the same.
    const rescaled = style === undefined ? (i % 256) * rescaleFactor : (i % 256) / 255;
    const mean = Math.fround(normalize?.mean[channel] ?? 0);
    const std = Math.fround(normalize?.std[channel] ?? 1);
    values[i] = Math.fround(Math.fround(rescaled) - mean) / std;
  }
  return values;
}
