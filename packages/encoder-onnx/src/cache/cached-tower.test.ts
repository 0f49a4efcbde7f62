import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect, type Encoder } from "@semblance/core";
import { encoderCases } from "@semblance/core/conformance";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createOnnxEncoder } from "../create-onnx-encoder.ts";
import { createContentEncoder } from "../fixtures/content-encoder.ts";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { type CachedEncoder, cacheEncoder } from "./cache-encoder.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const fixture = {
  images: ["dog", "cat", "sea"].map(bytesOf),
  texts: ["a dog", "two cats", "the sea"],
  badImage: bytesOf("broken"),
  longText: "a long caption ".repeat(9),
};

let parent = "";
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "cached-tower-"));
});
afterAll(() => rm(parent, { recursive: true }));

const open = (name: string): Promise<CachedEncoder> =>
  cacheEncoder(createContentEncoder(), { folder: join(parent, name) });

describe("a cold cache", () => {
  let caches = 0;
  for (const { name, run } of encoderCases(() => open(`cold-${caches++}`), fixture))
    test(name, run);
});

describe("a warm cache", () => {
  beforeAll(async () => {
    await using encoder = await open("warm");
    await collect(encoder.image?.encode(fixture.images) ?? []);
    await collect(encoder.text?.encode([...fixture.texts, fixture.longText, ""]) ?? []);
  });
  for (const { name, run } of encoderCases(() => open("warm"), fixture)) test(name, run);
});

test("an ONNX encoder gives the same with a cache, cold, half warm and warm", async () => {
  const model = fixturePath("tiny-clip");
  const images = ["rgb.png", "gone.png", "grey.jpg", "../model-cases.jsonl", "lossy.webp"].map(
    (name) => fixturePath(`images/${name}`),
  );
  const texts = ["", "a red circle", "a very long caption ".repeat(20), "the sea"];
  const encode = async ({ image, text }: Encoder, first = 0) => [
    await collect(image?.encode(images.slice(first), { onError: "skip", batchSize: 2 }) ?? []),
    await collect(text?.encode(texts.slice(first)) ?? []),
  ];
  await using plain = await createOnnxEncoder({ model });
  await using cached = await cacheEncoder(plain, { folder: join(parent, "onnx") });
  await encode(cached, 2);
  const [halfWarm, warm] = [await encode(cached), await encode(cached)];
  expect(warm).toEqual(halfWarm);
  for (const [i, expected] of (await encode(plain)).entries()) {
    const { embeddings, ...found } = warm[i] ?? expected;
    expect({ ...found, embeddings: expected.embeddings }).toEqual(expected);
    const differences = embeddings.data.map(
      (value, at) => value - (expected.embeddings.data[at] ?? 9),
    );
    expect(Math.max(...differences.map(Math.abs))).toBeLessThan(1e-6);
  }
});
