import { ConfigError, ModelError } from "@semblance/core";
import { expect, test } from "vitest";
import { toImagePipeline } from "./image-pipeline.ts";

test("an empty file means CLIP's own steps for a CLIP", () => {
  expect(toImagePipeline({}, "CLIP")).toEqual({
    resize: { to: { shortestEdge: 224 }, kernel: "bicubic" },
    crop: { width: 224, height: 224 },
    rescaleFactor: 1 / 255,
    normalize: {
      mean: [0.48145466, 0.4578275, 0.40821073],
      std: [0.26862954, 0.26130258, 0.27577711],
    },
    output: { width: 224, height: 224 },
  });
});

test("the processor named in the file decides the defaults, not the model's family", () => {
  const pipeline = toImagePipeline({ image_processor_type: "SiglipImageProcessorFast" }, "CLIP");
  expect(pipeline).toMatchObject({
    resize: { to: { width: 224, height: 224 } },
    normalize: { mean: [0.5, 0.5, 0.5] },
  });
  expect(pipeline.crop).toBeUndefined();
});

test("a lone number is the shorter edge, or a square where the file says so", () => {
  const resizeOf = (config: object) => toImagePipeline({ size: 8, ...config }, "CLIP").resize?.to;
  expect(resizeOf({})).toEqual({ shortestEdge: 8 });
  expect(resizeOf({ default_to_square: true })).toEqual({ width: 8, height: 8 });
});

test("a step that is null is left out, as in transformers", () => {
  const pipeline = toImagePipeline({ do_resize: null, do_normalize: null }, "CLIP");
  expect(pipeline.resize ?? pipeline.normalize).toBeUndefined();
});

test.each([
  [{ image_processor_type: "Siglip2ImageProcessor" }, /is for Siglip2ImageProcessor/],
  [{ image_processor_type: "ConvNextImageProcessor" }, /is for ConvNextImageProcessor/],
  [{ do_pad: true }, /asks for padding/],
  [{ do_center_crop: false }, /gives images of varying size/],
  [{ crop_size: { shortest_edge: 8 } }, /gives a shortest edge/],
])("%j is not supported, and says why", (config, message) => {
  expect(() => toImagePipeline(config, "CLIP")).toThrow(ModelError);
  expect(() => toImagePipeline(config, "CLIP")).toThrow(message);
});

test.each([
  [{ resample: 6 }, /resample/],
  [{ size: { shortest_edge: 0 } }, /size/],
  [{ size: { longest_edge: 9 } }, /size/],
  [{ image_mean: [0.5, 0.5] }, /image_mean/],
])("%j is a ConfigError that names the key", (config, message) => {
  expect(() => toImagePipeline(config, "CLIP")).toThrow(ConfigError);
  expect(() => toImagePipeline(config, "CLIP")).toThrow(message);
});
