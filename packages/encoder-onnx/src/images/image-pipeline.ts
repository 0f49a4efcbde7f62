import { ModelError, parseConfig } from "@semblance/core";
import { z } from "zod";
import type { ResizeKernel } from "../resizing/resize-pillow.ts";
import {
  type Channels,
  type FamilyDefaults,
  type ImageFamily,
  imageFamilies,
  type PixelSize,
  type SizeSetting,
} from "./image-families.ts";

const pixels = z.int().positive();
const size = z.union([
  pixels,
  z.tuple([pixels, pixels]),
  z.strictObject({ height: pixels, width: pixels }),
  z.strictObject({ shortest_edge: pixels }),
]);
const channels = z.union([z.number(), z.tuple([z.number(), z.number(), z.number()])]);

// Hugging Face's `preprocessor_config.json`, as far as it decides pixels.
const preprocessorConfig = z.looseObject({
  image_processor_type: z.string().optional(),
  feature_extractor_type: z.string().optional(),
  do_resize: z.boolean().nullish(),
  size: size.nullish(),
  default_to_square: z.boolean().nullish(),
  resample: z.int().min(0).max(5).nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: size.nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().positive().nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: channels.nullish(),
  image_std: channels.nullish(),
  do_pad: z.boolean().nullish(),
});

type PreprocessorConfig = z.output<typeof preprocessorConfig>;

/** The steps from a decoded image to a tower's input, in order; absent steps are left out. */
export interface ImagePipeline {
  /**
   * To a fixed size; or with the image's proportions, until the shorter edge has a length, or it just
   * covers a size, or just fits into one.
   */
  readonly resize?: {
    readonly to:
      | PixelSize
      | { readonly shortestEdge: number }
      | { readonly cover: PixelSize }
      | { readonly contain: PixelSize };
    readonly kernel: ResizeKernel;
  };
  /** Cut from the middle, filled up where the image is smaller. */
  readonly crop?: PixelSize;
  /** What a channel is filled up with, of 255. @defaultValue 0 */
  readonly fill?: number;
  /** What 0…255 is multiplied by. */
  readonly rescaleFactor?: number;
  readonly normalize?: { readonly mean: Channels; readonly std: Channels };
  /** Whose roundings hold, in the crop's place and in single precision. @defaultValue those of transformers */
  readonly style?: "torchvision";
  /** Size of every result. */
  readonly output: PixelSize;
}

// Pillow's codes, 0 to 5.
const kernels: readonly ResizeKernel[] = [
  "nearest",
  "lanczos",
  "bilinear",
  "bicubic",
  "box",
  "hamming",
];
const bicubicCode = 3;

/**
 * The pipeline that a `preprocessor_config.json` describes, with what transformers' image
 * processors of the same name fill in.
 *
 * @param family - Whose defaults hold when the file names no processor.
 * @throws ConfigError `CONFIG_INVALID`; ModelError `MODEL_UNSUPPORTED` for another processor,
 * padding, or results of varying size.
 */
export function toImagePipeline(value: unknown, family: ImageFamily): ImagePipeline {
  const config = parseConfig(preprocessorConfig, value, "preprocessor_config.json");
  const defaults = defaultsOf(config, family);
  if (config.do_pad) throw unsupported("asks for padding (do_pad)");
  const resize = resizeStep(config, defaults);
  const crop = cropStep(config, defaults);
  const output = crop ?? (resize && "width" in resize.to ? resize.to : undefined);
  if (output === undefined) throw unsupported("gives images of varying size");
  return {
    ...(resize && { resize }),
    ...(crop && { crop }),
    ...valueSteps(config, defaults),
    output,
  };
}

// A step that is null is left out: transformers takes its own default only where the key is absent.
function isOn(step: boolean | null | undefined, usual = true): boolean {
  return step === undefined ? usual : step === true;
}

function resizeStep(config: PreprocessorConfig, defaults: FamilyDefaults): ImagePipeline["resize"] {
  if (!isOn(config.do_resize)) return undefined;
  const kernel = kernels[config.resample ?? bicubicCode] ?? "bicubic";
  const value = config.size ?? defaults.size;
  const isSquare = typeof value === "number" && config.default_to_square === true;
  return { to: isSquare ? toFixedSize(value) : toResizeSize(value), kernel };
}

function cropStep(config: PreprocessorConfig, defaults: FamilyDefaults): PixelSize | undefined {
  const isCropped = isOn(config.do_center_crop, defaults.isCropped);
  return isCropped ? toFixedSize(config.crop_size ?? defaults.cropSize) : undefined;
}

function valueSteps(
  config: PreprocessorConfig,
  defaults: FamilyDefaults,
): Pick<ImagePipeline, "rescaleFactor" | "normalize"> {
  const rescaleFactor = config.rescale_factor ?? 1 / 255;
  const mean = toChannels(config.image_mean ?? defaults.mean);
  const std = toChannels(config.image_std ?? defaults.std);
  return {
    ...(isOn(config.do_rescale) && { rescaleFactor }),
    ...(isOn(config.do_normalize) && { normalize: { mean, std } }),
  };
}

function defaultsOf(config: PreprocessorConfig, family: ImageFamily): FamilyDefaults {
  const type = config.image_processor_type ?? config.feature_extractor_type;
  const name = type?.replace(/(ImageProcessor(Fast|Pil)?|FeatureExtractor)$/, "") ?? family;
  const defaults = new Map(Object.entries(imageFamilies)).get(name);
  if (defaults !== undefined) return defaults;
  throw unsupported(`is for ${type}; known are ${Object.keys(imageFamilies).join(", ")}`);
}

// A lone number is the shorter edge unless `default_to_square` says otherwise, a pair height and width.
function toResizeSize(value: SizeSetting): PixelSize | { shortestEdge: number } {
  if (typeof value === "number") return { shortestEdge: value };
  if ("shortest_edge" in value) return { shortestEdge: value.shortest_edge };
  return toFixedSize(value);
}

function toFixedSize(value: SizeSetting): PixelSize {
  if (typeof value === "number") return { width: value, height: value };
  if (Array.isArray(value)) return { height: value[0], width: value[1] };
  if ("height" in value) return { height: value.height, width: value.width };
  throw unsupported("gives a shortest edge where height and width are needed");
}

function toChannels(value: number | Channels): Channels {
  return typeof value === "number" ? [value, value, value] : value;
}

function unsupported(finding: string): ModelError {
  return new ModelError({
    code: "MODEL_UNSUPPORTED",
    message: `preprocessor_config.json ${finding}.`,
    fix: "Use a CLIP or SigLIP model whose images have one size.",
  });
}
