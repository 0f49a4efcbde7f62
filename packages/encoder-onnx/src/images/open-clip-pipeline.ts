import { parseConfig } from "@semblance/core";
import { z } from "zod";
import { imageFamilies, type PixelSize } from "./image-families.ts";
import type { ImagePipeline } from "./image-pipeline.ts";

const length = z.int().positive();
const channels = z.tuple([z.number(), z.number(), z.number()]);

// open_clip's `preprocess_cfg`, as `open_clip_config.json` and Immich's `preprocess_cfg.json` have it.
const preprocessConfig = z.looseObject({
  size: z.union([length, z.tuple([length, length])]).default(224),
  mode: z.literal("RGB").default("RGB"),
  mean: channels.default([...imageFamilies.CLIP.mean]),
  std: channels.default([...imageFamilies.CLIP.std]),
  interpolation: z.enum(["bicubic", "bilinear", "random"]).default("bicubic"),
  resize_mode: z.enum(["shortest", "squash", "longest"]).default("shortest"),
  fill_color: z.int().min(0).max(255).default(0),
});

type ResizeStep = NonNullable<ImagePipeline["resize"]>;
type PreprocessConfig = z.output<typeof preprocessConfig>;

/**
 * The steps that open_clip takes for evaluation, with torchvision on Pillow images: `shortest` covers
 * the size and crops, `squash` stretches, `longest` fits into it and fills up with `fill_color`.
 *
 * open_clip resizes before it converts to RGB; we convert first, so images with a palette or
 * transparency can differ from it.
 *
 * @throws ConfigError `CONFIG_INVALID`
 * @see https://github.com/mlfoundations/open_clip/blob/main/src/open_clip/transform.py `image_transform`
 */
export function openClipPipeline(value: unknown): ImagePipeline {
  const config = parseConfig(preprocessConfig, value, "preprocess_cfg.json");
  const output = toPixelSize(config.size);
  const { mean, std } = config;
  return {
    resize: resizeStep(config, output),
    ...(config.resize_mode !== "squash" && { crop: output }),
    ...(config.resize_mode === "longest" && { fill: config.fill_color }),
    rescaleFactor: 1 / 255,
    normalize: { mean, std },
    style: "torchvision",
    output,
  };
}

function toPixelSize(size: PreprocessConfig["size"]): PixelSize {
  if (typeof size === "number") return { width: size, height: size };
  return { height: size[0], width: size[1] };
}

function resizeStep(config: PreprocessConfig, output: PixelSize): ResizeStep {
  // What is random in training is bicubic in evaluation.
  const kernel = config.interpolation === "bilinear" ? "bilinear" : "bicubic";
  if (config.resize_mode === "squash") return { to: output, kernel };
  if (config.resize_mode === "longest") return { to: { contain: output }, kernel };
  // open_clip passes the interpolation on for squares only.
  return output.width === output.height
    ? { to: { shortestEdge: output.width }, kernel }
    : { to: { cover: output }, kernel: "bicubic" };
}
