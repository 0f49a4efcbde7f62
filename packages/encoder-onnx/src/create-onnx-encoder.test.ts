import { readFileSync } from "node:fs";
import {
  ConfigError,
  collect,
  type Embeddings,
  type Encoder,
  EncoderError,
  type ImageInput,
  rowOf,
} from "@semblance/core";
import { encoderCases } from "@semblance/core/conformance";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createOnnxEncoder } from "./create-onnx-encoder.ts";
import { fixturePath } from "./fixtures/fixture-path.ts";

const modelCase = z.object({
  model: z.string(),
  image: z.string().optional(),
  text: z.string().optional(),
  embedding: z.array(z.number()),
});
const modelCases = readFileSync(fixturePath("model-cases.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => modelCase.parse(JSON.parse(line)));

function casesOf(model: string) {
  const ours = modelCases.filter((item) => item.model === model);
  const images = ours.flatMap(({ image, embedding }) =>
    image === undefined ? [] : [{ input: fixturePath(`images/${image}`), embedding }],
  );
  const texts = ours.flatMap(({ text, embedding }) =>
    text === undefined ? [] : [{ input: text, embedding }],
  );
  return { images, texts };
}

const inputsOf = (cases: readonly { readonly input: string }[]) => cases.map(({ input }) => input);

function largestDifference(
  found: Embeddings,
  expected: readonly { embedding: number[] }[],
): number {
  const differences = expected.flatMap(({ embedding }, row) =>
    embedding.map((value, i) => Math.abs(value - (rowOf(found, row)[i] ?? Number.NaN))),
  );
  return Math.max(...differences);
}

const open = (model: string): Promise<Encoder> => createOnnxEncoder({ model: fixturePath(model) });

describe.each(["tiny-clip", "tiny-siglip"])("%s", (model) => {
  const { images, texts } = casesOf(model);

  test("images have the embeddings that PyTorch gives", async () => {
    await using encoder = await open(model);
    const found = await collect(encoder.image?.encode(inputsOf(images)) ?? []);
    expect(found.embeddings.count).toBe(6);
    expect(largestDifference(found.embeddings, images)).toBeLessThan(1e-6);
  });

  test("texts have the embeddings that PyTorch gives, and the one that was cut is counted", async () => {
    await using encoder = await open(model);
    const found = await collect(encoder.text?.encode(inputsOf(texts)) ?? []);
    expect(found.embeddings.count).toBe(6);
    expect(largestDifference(found.embeddings, texts)).toBeLessThan(1e-6);
    expect(found.truncated).toBe(1);
  });

  test.each([1, 4])("batches of %i give the same embeddings to 1e-6", async (batchSize) => {
    await using encoder = await open(model);
    const found = await collect(encoder.text?.encode(inputsOf(texts), { batchSize }) ?? []);
    expect(largestDifference(found.embeddings, texts)).toBeLessThan(1e-6);
  });

  const fixture = {
    images: inputsOf(images),
    texts: inputsOf(texts),
    badImage: fixturePath("model-cases.jsonl"),
  };
  for (const { name, run } of encoderCases(() => open(model), fixture)) test(name, run);
});

test("facts are there before anything is loaded", async () => {
  await using encoder = await open("tiny-siglip");
  expect(encoder).toMatchObject({ name: "tiny-siglip", dimension: 16 });
  expect(encoder.scoring).toEqual({
    kind: "sigmoid",
    logitScale: expect.closeTo(10, 4),
    logitBias: -10,
  });
});

test("a tower's id is the same for the same model and differs between models and settings", async () => {
  const folder = fixturePath("tiny-clip");
  const encoders = await Promise.all([
    createOnnxEncoder({ model: folder }),
    createOnnxEncoder({ model: folder, batchSize: 3, threads: 1 }),
    createOnnxEncoder({ model: folder, orientation: "ignore" }),
    open("tiny-siglip"),
  ]);
  const [first, second, turned, other] = encoders;
  expect(first?.image?.id).toMatch(/^[0-9a-f]{64}$/);
  expect([second?.id, second?.image?.id, second?.text?.id]).toEqual([
    first?.id,
    first?.image?.id,
    first?.text?.id,
  ]);
  expect(turned?.text?.id).toBe(first?.text?.id);
  const imageIds = [first, turned, other].map((encoder) => encoder?.image?.id);
  expect(new Set([...imageIds, first?.text?.id, other?.text?.id]).size).toBe(5);
});

test("use after disposal is an error that says so", async () => {
  const encoder = await open("tiny-clip");
  await collect(encoder.text?.encode(["a"]) ?? []);
  await encoder[Symbol.asyncDispose]();
  await encoder[Symbol.asyncDispose]();
  const error = await collect(encoder.text?.encode(["a"]) ?? []).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "CLOSED" });
  expect(EncoderError.isInstance(error)).toBe(true);
});

test("a value that is no text is one listed failure", async () => {
  await using encoder = await open("tiny-clip");
  const rows: string[] = JSON.parse('["a dog", 7, null]');
  const found = await collect(encoder.text?.encode(rows, { onError: "skip" }) ?? []);
  expect([...found.indices]).toEqual([0]);
  expect(found.failures).toEqual([
    {
      index: 1,
      input: "7",
      code: "TEXT_INVALID",
      message: "Expected a text, found a value of type number.",
    },
    { index: 2, input: "null", code: "TEXT_INVALID", message: "Expected a text, found null." },
  ]);
});

test.each([
  [{ model: "m", dtypes: "fp32" }, /unknown key "dtypes"/],
  [{ model: "m", batchSize: 0 }, /batchSize/],
  [{ model: "m", limits: { maxPixels: "1" } }, /limits\.maxPixels/],
])("options %j are a ConfigError that names the option", async (options, message) => {
  const error = await createOnnxEncoder(JSON.parse(JSON.stringify(options))).catch(
    (reason: unknown) => reason,
  );
  expect(ConfigError.isInstance(error)).toBe(true);
  expect(String(error)).toMatch(message);
});

test("bad images of every kind are listed one by one, and the others encoded", async () => {
  await using encoder = await open("tiny-clip");
  const odd: ImageInput[] = JSON.parse('[3, null, { "rgb": 3, "width": 1, "height": 1 }]');
  const failing = () => new ReadableStream({ pull: () => Promise.reject(new Error("gone")) });
  const inputs = [...odd, "file://host/x", failing, fixturePath("images/rgb.png")];
  const found = await collect(encoder.image?.encode(inputs, { onError: "skip" }) ?? []);
  expect(found.failures.map(({ index, code }) => [index, code])).toEqual(
    [0, 1, 2, 3, 4].map((index) => [index, "IMAGE_UNREADABLE"]),
  );
  expect([...found.indices]).toEqual([5]);
});
