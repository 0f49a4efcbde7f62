import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { collect, type Encoder } from "@semblance/core";
import { encoderCases } from "@semblance/core/conformance";
import { afterAll, beforeAll, describe, test } from "vitest";
import { cacheEncoder } from "./cache-encoder.ts";
import { createOnnxEncoder } from "./create-onnx-encoder.ts";
import { fixturePath } from "./fixtures/fixture-path.ts";

const fixture = {
  images: ["rgb.png", "grey.jpg", "lossy.webp"].map((name) => fixturePath(`images/${name}`)),
  texts: ["a red circle", "two dogs", "the sea at night"],
  badImage: fixturePath("model-cases.jsonl"),
  longText: "a very long caption ".repeat(50),
};
const open = (folder: string): Promise<Encoder> =>
  createOnnxEncoder({ model: fixturePath("tiny-clip") }).then((encoder) =>
    cacheEncoder(encoder, { folder }),
  );

let parent = "";
beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), "cached-tower-"));
});
afterAll(() => rm(parent, { recursive: true }));

describe("a cold cache", () => {
  let caches = 0;
  const create = () => open(join(parent, `cold-${caches++}`));
  for (const { name, run } of encoderCases(create, fixture)) test(name, run);
});

describe("a warm cache", () => {
  const create = () => open(join(parent, "warm"));
  beforeAll(async () => {
    await using encoder = await create();
    await collect(encoder.image?.encode(fixture.images) ?? []);
    await collect(encoder.text?.encode([...fixture.texts, fixture.longText, ""]) ?? []);
  });
  for (const { name, run } of encoderCases(create, fixture)) test(name, run);
});
