import type { ImageLimits } from "@semblance/core";
import { z } from "zod";
import {
  type RemoteImagesConfig,
  type RemoteImagesSettings,
  remoteImagesConfig,
} from "./fetching/remote-images.ts";
import { type HubConfig, hubConfig } from "./hub/settings.ts";
import type { Dtype } from "./models/dtype.ts";

/** Where graphs run, as onnxruntime names it. */
export type Device = "cpu" | "cuda" | "coreml" | "dml" | "webgpu";

/** What to do with a photo's EXIF orientation. */
export type Orientation = "apply" | "ignore";

/** Options of `createOnnxEncoder`. */
export interface OnnxEncoderConfig {
  /** The model folder, with `config.json` and `onnx/`; or `organisation/name` on the Hugging Face hub. */
  readonly model: string;
  /** How a model of the hub is brought. @defaultValue as the hub's environment variables say */
  readonly hub?: HubConfig | undefined;
  /**
   * Which of the folder's ONNX files are used: `vision_model.onnx`, `vision_model_fp16.onnx` or
   * `vision_model_quantized.onnx`. `"auto"` is the most exact one that the folder has; on a graphics
   * processor fp16 comes first.
   *
   * @defaultValue `"fp32"`
   */
  readonly dtype?: Dtype | "auto" | undefined;
  /**
   * Where graphs run. `"auto"` is the first device that works of CUDA, DirectML, CoreML and WebGPU, else
   * the processor. The numbers that are promised are those of `"cpu"`.
   *
   * @defaultValue `"cpu"`
   */
  readonly device?: Device | "auto" | undefined;
  /** Whether the processor steps in where the device cannot be used. @defaultValue `false` */
  readonly deviceFallback?: boolean | undefined;
  /** Items that go through a tower at once. @defaultValue 16 images, 64 texts */
  readonly batchSize?: number | undefined;
  /** Threads of one inference. @defaultValue as many as the machine has processor cores */
  readonly threads?: number | undefined;
  /** Bounds of the images that are read. @defaultValue 100,000,000 pixels, 256 MiB */
  readonly limits?: LimitsConfig | undefined;
  /**
   * `"apply"` turns a photo as its EXIF orientation says, as transformers' `load_image` does.
   *
   * @defaultValue `"apply"`
   */
  readonly orientation?: Orientation | undefined;
  /** Whether images are fetched from `https:` addresses, and from where. @defaultValue `false` */
  readonly remote?: RemoteImagesConfig | false | undefined;
}

interface LimitsConfig {
  readonly maxPixels?: number | undefined;
  readonly maxBytes?: number | undefined;
}

/** {@link OnnxEncoderConfig} with its defaults filled in. */
export interface OnnxEncoderSettings {
  readonly model: string;
  readonly hub?: HubConfig | undefined;
  readonly dtype: Dtype | "auto";
  readonly device: Device | "auto";
  readonly deviceFallback: boolean;
  readonly batchSize?: number | undefined;
  readonly threads?: number | undefined;
  readonly limits: ImageLimits;
  readonly orientation: Orientation;
  readonly remote: RemoteImagesSettings | false;
}

const limits = z.strictObject({
  maxPixels: z
    .int()
    .positive()
    .default(100_000_000)
    .describe("Most pixels an image may have: width × height."),
  maxBytes: z
    .int()
    .positive()
    .default(256 * 2 ** 20)
    .describe("Most bytes an encoded image may have."),
});

const orientation = z
  .enum(["apply", "ignore"])
  .default("apply")
  .describe("Whether photos are turned as their EXIF orientation says.");

/** Schema of {@link OnnxEncoderConfig}. */
export const onnxEncoderConfig: z.ZodType<OnnxEncoderSettings, OnnxEncoderConfig> = z.strictObject({
  model: z.string().min(1).describe("The model folder, or organisation/name on the hub."),
  hub: hubConfig.optional().describe("How a model of the hub is brought."),
  dtype: z
    .enum(["fp32", "fp16", "int8", "auto"])
    .default("fp32")
    .describe("Precision of the weights: which ONNX files are used."),
  device: z
    .enum(["cpu", "cuda", "coreml", "dml", "webgpu", "auto"])
    .default("cpu")
    .describe("Where graphs run."),
  deviceFallback: z
    .boolean()
    .default(false)
    .describe("Whether the processor steps in where the device cannot be used."),
  batchSize: z.int().positive().optional().describe("Items that go through a tower at once."),
  threads: z.int().positive().optional().describe("Threads of one inference."),
  limits: limits.prefault({}),
  orientation,
  remote: remoteImagesConfig.describe("From where images are fetched; false fetches none."),
});

/** Options of `createSharpDecoder`. */
export interface SharpDecoderConfig {
  /**
   * `"apply"` turns a photo as its EXIF orientation says, `"ignore"` leaves it as stored.
   *
   * @defaultValue `"apply"`
   */
  readonly orientation?: Orientation | undefined;
  /** Whether images are fetched from `https:` addresses, and from where. @defaultValue `false` */
  readonly remote?: RemoteImagesConfig | false | undefined;
}

/** {@link SharpDecoderConfig} with its defaults filled in. */
export interface SharpDecoderSettings {
  readonly orientation: Orientation;
  readonly remote: RemoteImagesSettings | false;
}

/** Schema of {@link SharpDecoderConfig}. */
export const sharpDecoderConfig: z.ZodType<SharpDecoderSettings, SharpDecoderConfig> =
  z.strictObject({ orientation, remote: remoteImagesConfig });
