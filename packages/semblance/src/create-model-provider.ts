import {
  type ModelProvider,
  type OpenedModel,
  type RunOptions,
  withoutUndefined,
} from "@semblance/core";
import { createOnnxEncoder, type HubConfig, type OnnxEncoderConfig } from "@semblance/encoder-onnx";
import { exportOnce } from "./export-cache.ts";
import { locateModel } from "./locate-model.ts";
import { hashModel } from "./model-hash.ts";

/** Options of {@link createModelProvider}; all optional. */
export interface ModelProviderConfig {
  /** The Python that exports checkpoints. @defaultValue `SEMBLANCE_PYTHON`, else the one set up */
  readonly python?: string | undefined;
  /** Where exported checkpoints are kept. @defaultValue the user's cache folder */
  readonly cacheFolder?: string | undefined;
  /** Precision of the ONNX files. @defaultValue `"fp32"` */
  readonly dtype?: OnnxEncoderConfig["dtype"] | undefined;
  /** Where the ONNX files run. @defaultValue `"cpu"` */
  readonly device?: OnnxEncoderConfig["device"] | undefined;
  /** How models are brought from the hub; `{ offline: true }` brings none. */
  readonly hub?: HubConfig | undefined;
  /** Processor threads for inference. @defaultValue the encoder's choice */
  readonly threads?: number | undefined;
}

/**
 * Opens models by folder or by their id on the Hugging Face hub (`organisation/name`, with or without
 * `@revision`): ONNX towers as they are, the RUN of a training, or a checkpoint, which is exported once
 * per user through Python.
 */
export function createModelProvider(config: ModelProviderConfig = {}): ModelProvider {
  return { open: (model, options = {}) => openModel(model, config, options) };
}

async function openModel(
  model: string,
  config: ModelProviderConfig,
  options: RunOptions,
): Promise<OpenedModel> {
  const { python, cacheFolder, dtype = "fp32", device, threads, hub } = config;
  const found = await locateModel(model, { dtype, hub, ...options });
  const folder = found.hasOnnx
    ? found.folder
    : await exportOnce({
        checkpoint: found.folder,
        cacheFolder,
        python,
        dtype: dtype === "auto" ? "fp32" : dtype,
        ...options,
      });
  const encoder = await createOnnxEncoder(
    withoutUndefined({ model: folder, dtype, device, threads }),
  );
  return withoutUndefined({
    encoder,
    folder,
    checkpoint: found.hasCheckpoint ? found.folder : undefined,
    openCheckpoint: found.openCheckpoint,
    dtype: encoder.dtype,
    hashWeights: () => hashModel(folder, encoder.dtype),
  });
}
