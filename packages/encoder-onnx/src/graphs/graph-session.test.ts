import { EncoderError, ModelError } from "@semblance/core";
import { expect, test } from "vitest";
import { fixturePath } from "../fixtures/fixture-path.ts";
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

test.each<[string, string, Partial<GraphOptions>, RegExp]>([
  [
    "images of another size",
    "fixed-vision",
    { text: undefined, image: { ...imageSide(), size: { width: 24, height: 16 } } },
    /takes images of 16×16, but preprocessing gives 24×16/,
  ],
  [
    "images of another size with channels last",
    "open-clip-visual",
    {
      text: undefined,
      image: { ...imageSide(), outputs: ["image_embedding"], size: { width: 16, height: 24 } },
    },
    /takes images of 16×16, but preprocessing gives 16×24/,
  ],
  [
    "texts that are shorter than the tokenizer's",
    "fixed-text",
    { text: { ...text, maxLength: 21 } },
    /takes texts of 20 tokens, but the tokenizer cuts them at 21/,
  ],
])("a graph for %s is not supported, and says so", async (_name, graph, changes, message) => {
  const path = fixturePath(`graphs/${graph}.onnx`);
  await expect(openGraphSession({ ...textGraph, path, ...changes })).rejects.toThrow(message);
});

test("the rows that fill up a graph of fixed size change nothing", async () => {
  const path = fixturePath("graphs/fixed-text.onnx");
  const graph = await openGraphSession({ ...textGraph, path });
  const rows = (ids: number[][]): TensorData => ({
    data: BigInt64Array.from(ids.flat(), BigInt),
    dims: [ids.length, 3],
  });
  const ids = [
    [5, 6, 7],
    [8, 9, 1],
    [2, 3, 4],
  ];
  const masks = rows(ids.map(() => [1, 1, 1]));
  const all = await graph.run({ input_ids: rows(ids), attention_mask: masks });
  const last = await graph.run({
    input_ids: rows(ids.slice(2)),
    attention_mask: rows([[1, 1, 1]]),
  });
  await graph.release();
  expect(all).toHaveLength(24);
  expect(all.slice(16)).toEqual(last);
});

function imageSide(): NonNullable<GraphOptions["image"]> {
  const size = { width: 16, height: 16 };
  return { outputs: ["image_embeds"], size, values: new Float32Array(3 * 256) };
}
