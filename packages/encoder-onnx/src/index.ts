export type { Dtype, OnnxEncoderConfig, Orientation, SharpDecoderConfig } from "./config.ts";
export { createOnnxEncoder } from "./create-onnx-encoder.ts";
export { onnxFilesOf } from "./onnx-files.ts";
export {
  type ResizeKernel,
  type ResizeOptions,
  type ResizeWindow,
  resizePillow,
} from "./resize-pillow.ts";
export { createSharpDecoder } from "./sharp-decoder.ts";
