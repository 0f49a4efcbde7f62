import { readFileSync } from "node:fs";
import { ConfigError } from "@semblance/core";
import { expect, test } from "vitest";
import { z } from "zod";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { float32Hash } from "../fixtures/float32-hash.ts";
import { toModelInput } from "../fixtures/model-input.ts";
import { randomBytes } from "../fixtures/random-bytes.ts";
import { openClipPipeline } from "./open-clip-pipeline.ts";

const openClipCase = z.object({
  config: z.record(z.string(), z.unknown()),
  seed: z.number(),
  width: z.number(),
  height: z.number(),
  hash: z.string(),
});

const cases = readFileSync(fixturePath("open-clip-cases.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => openClipCase.parse(JSON.parse(line)));

test("random configurations give the float32 of open_clip, bit for bit", () => {
  const different = cases.filter(({ config, seed, width, height, hash }) => {
    const preprocess = toModelInput(openClipPipeline(config));
    const image = { rgb: randomBytes(seed, width * height * 3), width, height };
    return float32Hash(preprocess(image)) !== hash;
  });
  expect(cases.length).toBeGreaterThan(90);
  expect(different).toEqual([]);
});

test("an empty file means open_clip's own steps", () => {
  expect(openClipPipeline({})).toMatchObject({
    resize: { to: { shortestEdge: 224 }, kernel: "bicubic" },
    crop: { width: 224, height: 224 },
    normalize: { mean: [0.48145466, 0.4578275, 0.40821073] },
  });
});

test("an image that is all but a line keeps a pixel when it is fitted into the size", () => {
  const preprocess = toModelInput(openClipPipeline({ size: 4, resize_mode: "longest" }));
  expect(preprocess({ rgb: randomBytes(1, 3000), width: 1000, height: 1 })).toHaveLength(48);
});

test.each([
  [{ mode: "L" }, /mode/],
  [{ resize_mode: "crop" }, /resize_mode/],
  [{ interpolation: "nearest" }, /interpolation/],
  [{ size: 0 }, /size/],
])("%j is a ConfigError that names the key", (config, message) => {
  expect(() => openClipPipeline(config)).toThrow(ConfigError);
  expect(() => openClipPipeline(config)).toThrow(message);
});
