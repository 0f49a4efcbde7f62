import {
  type ModelProvider,
  type OpenedModel,
  type RunOptions,
  withoutUndefined,
} from "@semblance/core";
import { createOnnxEncoder, type OnnxEncoderConfig } from "@semblance/encoder-onnx";
import { exportOnce } from "./export-cache.ts";
import { inspectModelFolder } from "./model-folder.ts";
import { hashModel } from "./model-hash.ts";

/** Options of {@link createModelProvider}; all optional. */
export interface ModelProviderConfig {
  /** The Python that exports checkpoints. @defaultValue `SEMBLANCE_PYTHON`, else the one set up */
  readonly python?: string | undefined;
  /** Where exported checkpoints are kept. @defaultValue the user's cache folder */
  readonly cacheFolder?: string | undefined;
  /** Precision of the ONNX files. @defaultValue `"fp32"` */
  readonly dtype?: OnnxEncoderConfig["dtype"] | undefined;
  /** Processor threads for inference. @defaultValue the encoder's choice */
  readonly threads?: number | undefined;
}

/**
 * Opens models by folder: ONNX towers as they are, the RUN of a training, or a Hugging Face checkpoint,
 * which is exported once per user through Python.
 */
export function createModelProvider(config: ModelProviderConfig = {}): ModelProvider {
  return { open: (model, options = {}) => openModel(model, config, options) };
}

async function openModel(
  model: string,
  config: ModelProviderConfig,
  options: RunOptions,
): Promise<OpenedModel> {
  const found = await inspectModelFolder(model);
  const { python, cacheFolder, dtype = "fp32", threads } = config;
  const folder = found.hasOnnx
    ? found.folder
    : await exportOnce({ checkpoint: found.folder, cacheFolder, python, dtype, ...options });
  const encoder = await createOnnxEncoder(withoutUndefined({ model: folder, dtype, threads }));
  return withoutUndefined({
    encoder,
    folder,
    checkpoint: found.hasCheckpoint ? found.folder : undefined,
    dtype,
    hashWeights: () => hashModel(folder, dtype),
  });
}
