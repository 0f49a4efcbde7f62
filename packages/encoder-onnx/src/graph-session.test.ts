import { EncoderError, ModelError } from "@semblance/core";
import { expect, test } from "vitest";
import { fixturePath } from "./fixtures/fixture-path.ts";
import { type GraphOptions, openGraphSession, type TensorData } from "./graph-session.ts";

const text = { outputs: ["text_embeds"], maxLength: 20, isFilled: false };
const textGraph: GraphOptions = {
  path: fixturePath("tiny-clip/onnx/text_model.onnx"),
  threads: 1,
  text,
  dimension: 8,
};

const toIds = (...ids: number[]): TensorData => ({
  data: BigInt64Array.from(ids, BigInt),
  dims: [1, ids.length],
});

test("inputs that the graph does not take are left out", async () => {
  const path = fixturePath("tiny-siglip/onnx/text_model.onnx");
  const graph = await openGraphSession({ ...textGraph, path, dimension: 16 });
  const ids = Array.from({ length: 20 }, () => 1);
  const inputs = { input_ids: toIds(...ids), attention_mask: toIds(...ids) };
  expect(await graph.run(inputs)).toHaveLength(16);
  await graph.release();
});

test("a run that the engine refuses is an EncoderError with its reason as cause", async () => {
  const graph = await openGraphSession(textGraph);
  const inputs = { input_ids: toIds(99_999), attention_mask: toIds(1) };
  const error = await graph.run(inputs).catch((reason: unknown) => reason);
  await graph.release();
  expect(EncoderError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ code: "ONNX_FAILED", cause: expect.any(Error) });
  expect(String(error)).toMatch(/text_model\.onnx: .*out of data bounds/);
});

test.each<[string, Partial<GraphOptions>, RegExp]>([
  [
    "inputs of the other tower",
    { text: undefined, image: imageSide() },
    /takes input_ids \(int64\), which is not known/,
  ],
  ["no input of a tower that is wanted", { image: imageSide() }, /has no input pixel_values/],
  [
    "no output that is known",
    { text: { ...text, outputs: ["image_embeds", "pooler_output"] } },
    /has the outputs text_embeds; expected image_embeds or pooler_output/,
  ],
  ["vectors of another length", { dimension: 512 }, /gives vectors of 8, but the model says 512/],
])("a graph with %s is not supported, and says so", async (_name, changes, message) => {
  const opening = openGraphSession({ ...textGraph, ...changes });
  await expect(opening).rejects.toThrow(message);
  await expect(opening).rejects.toBeInstanceOf(ModelError);
});

function imageSide(): GraphOptions["image"] {
  const values = { rescaleFactor: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const;
  return { outputs: ["image_embeds"], size: { width: 16, height: 16 }, values };
}
