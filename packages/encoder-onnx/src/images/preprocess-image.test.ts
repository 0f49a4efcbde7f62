import { readFileSync } from "node:fs";
import { decodeNpy } from "@semblance/core";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { sharedFolder } from "#shared";
import { createSharpDecoder } from "../decoding/sharp-decoder.ts";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { float32Hash } from "../fixtures/float32-hash.ts";
import { toModelInput } from "../fixtures/model-input.ts";
import { randomBytes } from "../fixtures/random-bytes.ts";
import { toImagePipeline } from "./image-pipeline.ts";

const pixelCase = z.object({
  family: z.enum(["CLIP", "Siglip"]),
  config: z.record(z.string(), z.unknown()),
  seed: z.number(),
  width: z.number(),
  height: z.number(),
  pixels: z.array(z.number()).optional(),
  hash: z.string().optional(),
});

type PixelCase = z.output<typeof pixelCase>;

const cases = readFileSync(fixturePath("pixel-cases.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => pixelCase.parse(JSON.parse(line)));

function preprocessCase({ config, family, seed, width, height }: PixelCase): Float32Array {
  const preprocess = toModelInput(toImagePipeline(config, family));
  return preprocess({ rgb: randomBytes(seed, width * height * 3), width, height });
}

test.each(cases.filter(({ pixels }) => pixels))(
  "$family with $config on $width×$height has the values of transformers",
  (item) => {
    expect([...preprocessCase(item)]).toEqual(item.pixels?.map(Math.fround));
  },
);

test("80 random configurations give the float32 of transformers, bit for bit", () => {
  const random = cases.filter(({ hash }) => hash);
  const different = random.filter((item) => float32Hash(preprocessCase(item)) !== item.hash);
  expect(random).toHaveLength(80);
  expect(different).toEqual([]);
});

test.each([
  [1, 20_000],
  [20_000, 1],
])("an image of %d×%d needs memory for its middle only", (width, height) => {
  const preprocess = toModelInput(toImagePipeline({}, "CLIP"));
  const before = process.memoryUsage().arrayBuffers;
  const pixels = preprocess({ rgb: randomBytes(1, width * height * 3), width, height });
  expect(pixels).toHaveLength(3 * 224 * 224);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6);
});

const oracle = sharedFolder("oracle");
const photos = sharedFolder("data", "flickr8k-800");

describe.skipIf(oracle === undefined || photos === undefined)(
  "on the first 8 reference photos",
  () => {
    test.each([
      ["CLIP", "tiny-clip/transformers", "tiny-clip"],
      ["Siglip", "tiny-siglip", "tiny-siglip"],
    ] as const)(
      "%s gives the pixel values of transformers to 1e-6",
      async (family, folder, model) => {
        const config = readFileSync(
          `${oracle}/${model}/checkpoint/preprocessor_config.json`,
          "utf8",
        );
        const preprocess = toModelInput(toImagePipeline(JSON.parse(config), family));
        const file = new Uint8Array(readFileSync(`${oracle}/${folder}/hf_pixels_first8.npy`));
        const expected = decodeNpy(file).data;
        const found: number[] = [];
        for (const path of firstPhotos(8)) found.push(...preprocess(await decode(path)));
        const differences = found.map((value, i) => Math.abs(value - Number(expected[i])));
        expect(found).toHaveLength(expected.length);
        expect(differences.reduce((most, value) => Math.max(most, value))).toBeLessThan(1e-6);
      },
    );
  },
);

function decode(path: string) {
  return createSharpDecoder().decode(path, { maxPixels: 1e8, maxBytes: 1e8 });
}

function firstPhotos(count: number): string[] {
  const rows = readFileSync(`${photos}/test.csv`, "utf8").trim().split("\n").slice(1);
  const files = new Set(rows.map((row) => row.split(",")[0]));
  return [...files].slice(0, count).map((file) => `${photos}/${file}`);
}
