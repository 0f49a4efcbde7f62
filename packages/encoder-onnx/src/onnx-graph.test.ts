import { EncoderError, ModelError } from "@semblance/core";
import { Tensor } from "onnxruntime-node";
import { expect, test } from "vitest";
import { fixturePath } from "./fixtures/fixture-path.ts";
import { type OnnxGraphOptions, openOnnxGraph } from "./onnx-graph.ts";

const textGraph: OnnxGraphOptions = {
  path: fixturePath("tiny-clip/onnx/text_model.onnx"),
  threads: 1,
  inputs: { input_ids: "int64", attention_mask: "int64" },
  optionalInputs: ["attention_mask"],
  outputs: ["text_embeds"],
  dimension: 8,
};

const toIds = (...ids: number[]) =>
  new Tensor("int64", BigInt64Array.from(ids, BigInt), [1, ids.length]);

test("inputs that the graph does not take are left out", async () => {
  const path = fixturePath("tiny-siglip/onnx/text_model.onnx");
  const graph = await openOnnxGraph({ ...textGraph, path, dimension: 16 });
  const ids = Array.from({ length: 20 }, () => 1);
  const inputs = { input_ids: toIds(...ids), attention_mask: toIds(...ids) };
  expect([...graph.inputs]).toEqual(["input_ids"]);
  expect(await graph.run(inputs)).toHaveLength(16);
  await graph.release();
});

test("a run that the engine refuses is an EncoderError with its reason as cause", async () => {
  const graph = await openOnnxGraph(textGraph);
  const inputs = { input_ids: toIds(99_999), attention_mask: toIds(1) };
  const error = await graph.run(inputs).catch((reason: unknown) => reason);
  await graph.release();
  expect(EncoderError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ code: "ONNX_FAILED", cause: expect.any(Error) });
  expect(String(error)).toMatch(/text_model\.onnx: .*out of data bounds/);
});

test.each<[string, Partial<OnnxGraphOptions>, RegExp]>([
  [
    "an input that is not fed",
    { inputs: { input_ids: "int64" } },
    /takes attention_mask \(int64\)/,
  ],
  ["an input of another type", { inputs: { input_ids: "float32" } }, /takes input_ids \(int64\)/],
  [
    "no input that is needed",
    { inputs: { ...textGraph.inputs, position: "int64" } },
    /has no input position/,
  ],
  [
    "no output that is known",
    { outputs: ["image_embeds", "pooler_output"] },
    /has the outputs text_embeds; expected image_embeds or pooler_output/,
  ],
  ["vectors of another length", { dimension: 512 }, /gives vectors of 8, but the model says 512/],
])("a graph with %s is not supported, and says so", async (_name, changes, message) => {
  const opening = openOnnxGraph({ ...textGraph, ...changes });
  await expect(opening).rejects.toThrow(message);
  await expect(opening).rejects.toBeInstanceOf(ModelError);
});
