export type { Dtype, OnnxEncoderConfig, Orientation, SharpDecoderConfig } from "./config.ts";
export { createOnnxEncoder } from "./create-onnx-encoder.ts";
export { type ResizeKernel, type ResizeOptions, resizePillow } from "./resize-pillow.ts";
export { createSharpDecoder } from "./sharp-decoder.ts";
