export type {
  Device,
  Dtype,
  OnnxEncoderConfig,
  Orientation,
  SharpDecoderConfig,
} from "./config.ts";
export { createOnnxEncoder, type OnnxEncoder } from "./create-onnx-encoder.ts";
export {
  type DownloadedModel,
  type DownloadModelOptions,
  downloadModel,
} from "./download-model.ts";
export { modelNameOf } from "./hub-cache.ts";
export type { ModelFormat } from "./hub-files.ts";
export { parseHubId } from "./hub-id.ts";
export type { HubConfig } from "./hub-settings.ts";
export { onnxFilesOf } from "./onnx-files.ts";
export type { RemoteImagesConfig } from "./remote-images.ts";
export {
  type ResizeKernel,
  type ResizeOptions,
  type ResizeWindow,
  resizePillow,
} from "./resize-pillow.ts";
export {
  type ResolveModelOptions,
  resolveModelFolder,
} from "./resolve-model-folder.ts";
export { createSharpDecoder } from "./sharp-decoder.ts";
