import { EncoderError, ModelError } from "@semblance/core";
import { expect, test } from "vitest";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { openOnnxGraph } from "./onnx-graph.ts";

const options = {
  path: fixturePath("tiny-clip/onnx/text_model.onnx"),
  threads: 1,
  text: { outputs: ["text_embeds"], maxLength: 20, isFilled: false },
  dimension: 8,
};
const toInputs = (id: number) => {
  const dims = [1, 3];
  const ids = () => BigInt64Array.from([570, id, 571], BigInt);
  return { input_ids: { data: ids(), dims }, attention_mask: { data: ids().fill(1n), dims } };
};

test("batches asked for at once are run one after another, each with its own vectors", async () => {
  const graph = await openOnnxGraph(options);
  const alone = [];
  for (const id of [5, 6, 7]) alone.push(await graph.run(toInputs(id)));
  const together = await Promise.all([5, 6, 7].map((id) => graph.run(toInputs(id))));
  await graph.release();
  expect(together).toEqual(alone);
  expect(alone[0]).not.toEqual(alone[1]);
});

test("what the engine says in its thread arrives as an error of the same class", async () => {
  const graph = await openOnnxGraph(options);
  const failed = await graph.run(toInputs(99_999)).catch((reason: unknown) => reason);
  expect(EncoderError.isInstance(failed)).toBe(true);
  expect(failed).toMatchObject({ code: "ONNX_FAILED", cause: expect.any(Error) });
  expect(await graph.run(toInputs(5))).toHaveLength(8);
  await graph.release();
  const opening = openOnnxGraph({ ...options, dimension: 512 });
  await expect(opening).rejects.toBeInstanceOf(ModelError);
  await expect(opening).rejects.toMatchObject({ code: "MODEL_UNSUPPORTED" });
});

test("the event loop goes on while a batch is in the model", async () => {
  const graph = await openOnnxGraph(options);
  const rows = 20_000;
  const dims = [rows, 3];
  const ids = new BigInt64Array(rows * 3).fill(5n);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const mask = { data: new BigInt64Array(rows * 3).fill(1n), dims };
  const vectors = await graph.run({ input_ids: { data: ids, dims }, attention_mask: mask });
  clearInterval(timer);
  await graph.release();
  expect(vectors).toHaveLength(rows * 8);
  expect(turns).toBeGreaterThan(2);
});

test("batches under way when the graph is released are finished", async () => {
  const graph = await openOnnxGraph(options);
  const running = graph.run(toInputs(5));
  await graph.release();
  expect(await running).toHaveLength(8);
});
