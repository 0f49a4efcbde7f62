import { readFileSync } from "node:fs";
import { collect, type Embeddings } from "@semblance/core";
import { encoderCases } from "@semblance/core/conformance";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import type { OnnxEncoderConfig } from "./config.ts";
import { createOnnxEncoder } from "./create-onnx-encoder.ts";
import type { FixtureCopy } from "./fixtures/copy-fixture.ts";
import { fixturePath } from "./fixtures/fixture-path.ts";
import { copyAsImmich, copyAsOpenClip, copyWithGraphs } from "./fixtures/graph-model.ts";

const graphCase = z.object({
  preparation: z.enum(["clip", "openClip"]),
  image: z.string().optional(),
  text: z.string().optional(),
  embedding: z.array(z.number()),
});
const graphCases = readFileSync(fixturePath("graph-cases.jsonl"), "utf8")
  .trim()
  .split("\n")
  .map((line) => graphCase.parse(JSON.parse(line)));

interface Kind {
  readonly name: string;
  readonly preparation: "clip" | "openClip";
  readonly copy: () => Promise<FixtureCopy>;
  readonly options?: Omit<OnnxEncoderConfig, "model">;
  readonly isJoint?: true;
  /** Largest difference from Python's numbers. */
  readonly tolerance?: number;
}

const towers = (vision: string, text: string, suffix = "") => ({
  [`onnx/vision_model${suffix}.onnx`]: vision,
  [`onnx/text_model${suffix}.onnx`]: text,
});

const kinds: readonly Kind[] = [
  {
    name: "one graph for both towers",
    preparation: "clip",
    copy: () => copyWithGraphs({ "onnx/model.onnx": "joint" }),
    isJoint: true,
  },
  {
    name: "one graph for both towers beside the configuration, in int8",
    preparation: "clip",
    copy: () => copyWithGraphs({ "model_quantized.onnx": "joint" }),
    options: { dtype: "int8" },
    isJoint: true,
  },
  {
    name: "half floats in and out",
    preparation: "clip",
    copy: () => copyWithGraphs(towers("half-vision", "half-text", "_fp16")),
    options: { dtype: "fp16" },
    tolerance: 2e-3,
  },
  {
    name: "two rows of a fixed length, in int32",
    preparation: "clip",
    copy: () => copyWithGraphs(towers("fixed-vision", "fixed-text")),
  },
  {
    name: "weights beside a graph",
    preparation: "clip",
    copy: () => copyWithGraphs(towers("split-vision", "fixed-text")),
  },
  {
    name: "Immich's folders for one item",
    preparation: "openClip",
    copy: () => copyAsImmich("open-clip-visual-one", "open-clip-textual-one"),
  },
  {
    name: "Immich's folders with pixels in bytes",
    preparation: "openClip",
    copy: () => copyAsImmich("open-clip-visual", "open-clip-textual"),
  },
  {
    name: "open_clip's configuration",
    preparation: "openClip",
    copy: () => copyAsOpenClip("open-clip-visual", "open-clip-textual"),
  },
];

function differenceFrom(cases: readonly { embedding: number[] }[], found: Embeddings): number {
  const expected = cases.flatMap(({ embedding }) => embedding);
  expect(found.data).toHaveLength(expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - (found.data[i] ?? Number.NaN))));
}

const imagePaths = (cases: readonly { image?: string | undefined }[]) =>
  cases.flatMap(({ image }) => (image === undefined ? [] : [fixturePath(`images/${image}`)]));
const textsOf = (cases: readonly { text?: string | undefined }[]) =>
  cases.flatMap(({ text }) => (text === undefined ? [] : [text]));

describe.each(kinds)("$name", ({ preparation, copy, options, isJoint, tolerance = 1e-5 }) => {
  const cases = graphCases.filter((item) => item.preparation === preparation);

  test("gives the vectors that Python gives, whatever the batch", async () => {
    await using model = await copy();
    await using encoder = await createOnnxEncoder({ model: model.folder, ...options });
    expect(encoder.isJoint).toBe(isJoint ?? false);
    const texts = cases.filter(({ text }) => text !== undefined);
    const images = cases.filter(({ image }) => image !== undefined);
    for (const batchSize of [1, 3, 64]) {
      const found = await collect(encoder.text?.encode(textsOf(texts), { batchSize }) ?? []);
      expect(differenceFrom(texts, found.embeddings)).toBeLessThan(tolerance);
      const seen = await collect(encoder.image?.encode(imagePaths(images), { batchSize }) ?? []);
      expect(differenceFrom(images, seen.embeddings)).toBeLessThan(tolerance);
    }
  });
});

describe("one graph for both towers breaks no promise that sharing it could break:", () => {
  let model: FixtureCopy;
  beforeAll(async () => {
    model = await copyWithGraphs({ "onnx/model.onnx": "joint" });
  });
  afterAll(() => model[Symbol.asyncDispose]());
  const items = graphCases.filter(({ preparation }) => preparation === "clip");
  const images = imagePaths(items);
  const fixture = { images, texts: textsOf(items), badImage: fixturePath("graph-cases.jsonl") };
  const open = () => createOnnxEncoder({ model: model.folder });
  const cases = encoderCases(open, fixture);
  const shared = cases.filter(({ name }) => /same time|disposed|in input order/.test(name));
  expect(shared).toHaveLength(6);
  for (const { name, run } of shared) test(name, run);
});
