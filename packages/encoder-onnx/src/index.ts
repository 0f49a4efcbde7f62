export type {
  Device,
  OnnxEncoderConfig,
  Orientation,
  SharpDecoderConfig,
} from "./config.ts";
export { createOnnxEncoder, type OnnxEncoder } from "./create-onnx-encoder.ts";
export { createSharpDecoder } from "./decoding/sharp-decoder.ts";
export { encodeThumbnail, type ThumbnailOptions } from "./decoding/thumbnail.ts";
export type { RemoteImagesConfig } from "./fetching/remote-images.ts";
export { modelNameOf } from "./hub/cache.ts";
export {
  type DownloadedModel,
  type DownloadModelOptions,
  downloadModel,
} from "./hub/download-model.ts";
export type { ModelFormat } from "./hub/files.ts";
export { parseHubId } from "./hub/id.ts";
export type { HubConfig } from "./hub/settings.ts";
export type { Dtype } from "./models/dtype.ts";
export { onnxFilesOf } from "./models/onnx-files.ts";
export {
  type ResolveModelOptions,
  resolveModelFolder,
} from "./models/resolve-model-folder.ts";
export { userCacheFolder } from "./models/user-cache-folder.ts";
export {
  type ResizeKernel,
  type ResizeOptions,
  type ResizeWindow,
  resizePillow,
} from "./resizing/resize-pillow.ts";
