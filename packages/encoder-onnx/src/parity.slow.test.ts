import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  collect,
  decodeNpy,
  decodeNpyEmbeddings,
  type Embeddings,
  rowOf,
  type Tower,
} from "@semblance/core";
import { exportCheckpoint, findPython } from "@semblance/trainer-bridge";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { recordFigures } from "#figures";
import { sharedFolder } from "#shared";
import { createOnnxEncoder } from "./create-onnx-encoder.ts";
import { createSharpDecoder } from "./decoding/sharp-decoder.ts";
import { fixturePath } from "./fixtures/fixture-path.ts";
import { toModelInput } from "./fixtures/model-input.ts";
import { toImagePipeline } from "./images/image-pipeline.ts";
import { openModelFolder } from "./models/model-folder.ts";
import { openTokenizer } from "./texts/open-tokenizer.ts";

const photos = sharedFolder("data", "flickr8k-800");
const makeCheckpoint = fileURLToPath(
  new URL("../../benchmarks/encoder/make_checkpoint.py", import.meta.url),
);
const minutes = 60_000;

interface Items {
  readonly images: readonly string[];
  readonly texts: readonly string[];
}

/** 32 photos and a caption of each. */
function readItems(): Items {
  const rows = readFileSync(join(photos ?? "", "test.csv"), "utf8")
    .trim()
    .split("\n")
    .slice(1);
  const caption = new Map(rows.map((row) => [row.split(",")[0] ?? "", row.split(",")[1] ?? ""]));
  const chosen = [...caption].slice(0, 32);
  return {
    images: chosen.map(([file]) => join(photos ?? "", file)),
    texts: chosen.map(([, text]) => text),
  };
}

describe.skipIf(photos === undefined).each([
  { name: "clip", family: "CLIP", title: "a CLIP ViT-B/32" },
  { name: "siglip", family: "Siglip", title: "a SigLIP base with 224 pixels" },
] as const)("$title of random weights", ({ name, family }) => {
  let folder: string;
  let items: Items;
  const inFolder = (file: string) => join(folder, file);
  const readNpy = (file: string) => new Uint8Array(readFileSync(inFolder(file)));

  beforeAll(async () => {
    const python = findPython({});
    folder = mkdtempSync(join(tmpdir(), "semblance-parity-"));
    items = readItems();
    const [checkpoint, output] = [inFolder("checkpoint"), inFolder("model")];
    const train = readFileSync(join(photos ?? "", "train.csv"), "utf8")
      .split("\n")
      .slice(1);
    writeFileSync(inFolder("captions.txt"), train.map((row) => row.split(",")[1] ?? "").join("\n"));
    writeFileSync(inFolder("items.json"), JSON.stringify(items));
    const run = (...parameters: string[]) =>
      execFileSync(python, parameters, { stdio: ["ignore", "ignore", "pipe"] });
    run(makeCheckpoint, name, checkpoint, inFolder("captions.txt"));
    const script = fixturePath("embed_with_transformers.py");
    run(script, name, checkpoint, inFolder("items.json"), folder);
    await exportCheckpoint({ checkpoint, output, python });
  }, 20 * minutes);
  afterAll(() => rmSync(folder, { recursive: true }));

  test("32 photos have the pixel values of transformers", async (context) => {
    const config = JSON.parse(readFileSync(inFolder("model/preprocessor_config.json"), "utf8"));
    const preprocess = toModelInput(toImagePipeline(config, family));
    const expected = Float32Array.from(decodeNpy(readNpy("pixels.npy")).data, Number);
    const length = 3 * 224 * 224;
    let worst = 0;
    for (const [i, path] of items.images.entries()) {
      const image = await createSharpDecoder().decode(path, { maxPixels: 1e8, maxBytes: 1e8 });
      const theirs = expected.subarray(i * length, (i + 1) * length);
      worst = Math.max(worst, largestDifference(preprocess(image), theirs));
    }
    recordFigures(context, { "largest difference of a pixel value": worst });
    expect(expected).toHaveLength(32 * length);
    expect(worst).toBeLessThanOrEqual(1e-6);
  });

  test("32 captions have the token ids of transformers", async () => {
    const expected: number[][] = JSON.parse(readFileSync(inFolder("ids.json"), "utf8"));
    const { tokenizer } = await openTokenizer(await openModelFolder(inFolder("model"), "fp32"));
    const { tokenize, toBatch } = await tokenizer.get();
    const { inputIds, length } = toBatch(items.texts.map((text) => tokenize(text)));
    expect([...inputIds].map(Number)).toEqual(expected.flat());
    expect(expected.map(({ length: found }) => found)).toEqual(Array(32).fill(length));
  });

  test(
    "photos and captions have the embeddings of PyTorch to 1e-5",
    async (context) => {
      await using encoder = await createOnnxEncoder({ model: inFolder("model") });
      const image = await encode(encoder.image, items.images);
      const text = await encode(encoder.text, items.texts);
      const expected = {
        image: decodeNpyEmbeddings(readNpy("image.npy")),
        text: decodeNpyEmbeddings(readNpy("text.npy")),
      };
      const images = largestDifference(image.data, expected.image.data);
      const texts = largestDifference(text.data, expected.text.data);
      recordFigures(context, {
        "images: largest difference": images,
        "texts: largest difference": texts,
        "images: two photos differ at least by": smallestSpread(expected.image),
        "texts: two captions differ at least by": smallestSpread(expected.text),
      });
      expect(Math.max(images, texts)).toBeLessThanOrEqual(1e-5);
      // Random weights could make everything alike, and then this would prove nothing.
      for (const rows of [expected.image, expected.text]) {
        expect(smallestSpread(rows)).toBeGreaterThan(1e-3);
      }
    },
    5 * minutes,
  );
});

async function encode<Input>(
  tower: Tower<Input> | undefined,
  items: readonly Input[],
): Promise<Embeddings> {
  const { embeddings, failures } = await collect(tower?.encode(items) ?? []);
  expect([embeddings.count, failures]).toEqual([32, []]);
  return embeddings;
}

function largestDifference(found: Float32Array, expected: Float32Array): number {
  expect(found).toHaveLength(expected.length);
  return found.reduce((most, value, i) => {
    const difference = Math.abs(value - (expected[i] ?? Number.NaN));
    return difference <= most ? most : difference; // keeps a NaN
  }, 0);
}

/** The smallest of all pairs' largest differences. */
function smallestSpread(rows: Embeddings): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rows.count; i++) {
    for (let other = 0; other < i; other++) {
      smallest = Math.min(smallest, largestDifference(rowOf(rows, i), rowOf(rows, other)));
    }
  }
  return smallest;
}
