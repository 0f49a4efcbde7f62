import type { Encoder } from "./encoder.ts";
import type { RunOptions } from "./run-options.ts";

/** A model that is ready to encode. */
export interface OpenedModel {
  readonly encoder: Encoder;
  /** The model folder in use. */
  readonly folder: string;
  /** A folder with `model.safetensors` that fit can start from, where there is one. */
  readonly checkpoint?: string;
  /** Where such a folder can be had, at the cost of a download: brings it, and gives its path. */
  openCheckpoint?(options?: RunOptions): Promise<string>;
  /** Precision of the files in use: `"fp32"`. */
  readonly dtype?: string;
  /** SHA-256 over the weights, for results to name the model by; asked for where one is written. */
  hashWeights?(): Promise<string>;
}

/** Opens models by name or path; injected where a model is named by the user. */
export interface ModelProvider {
  /** @throws {@link ModelError} that names what was looked for and where. */
  open(model: string, options?: RunOptions): Promise<OpenedModel>;
}
