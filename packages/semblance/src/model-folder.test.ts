import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { tinyModel } from "../fixtures/tiny-model.ts";
import { inspectCheckpoint, inspectModelFolder } from "./model-folder.ts";

const checkpoint = { "config.json": "{}", "model.safetensors": "" };

test("a folder with ONNX towers is a model, and nothing to start a fit from", async () => {
  const facts = { folder: tinyModel, hasOnnx: true, hasCheckpoint: false };
  expect(await inspectModelFolder(tinyModel)).toEqual(facts);
  await expect(inspectCheckpoint(tinyModel)).rejects.toMatchObject({ code: "NO_CHECKPOINT" });
});

test("one tower in ONNX suffices, in any precision", async () => {
  const folder = temporaryFolder({ "onnx/text_model_quantized.onnx": "" });
  expect(await inspectModelFolder(folder)).toMatchObject({ hasOnnx: true });
});

test.each(["onnx/model_fp16.onnx", "model.onnx", "textual/model.onnx"])(
  "%s makes a model too: a joint graph, or a tower in a folder of its own",
  async (file) => {
    const folder = temporaryFolder({ [file]: "" });
    expect(await inspectModelFolder(folder)).toMatchObject({ hasOnnx: true });
  },
);

test("a Hugging Face checkpoint is a model that has yet to be exported", async () => {
  const folder = temporaryFolder(checkpoint);
  expect(await inspectModelFolder(folder)).toEqual({ folder, hasOnnx: false, hasCheckpoint: true });
  expect(await inspectCheckpoint(folder)).toBe(folder);
});

test("a finished run is a model and a checkpoint", async () => {
  const files = { "onnx/vision_model.onnx": "", "semblance.json": "{}", "job/job.json": "{}" };
  const folder = temporaryFolder({ ...checkpoint, ...files });
  expect(await inspectModelFolder(folder)).toEqual({ folder, hasOnnx: true, hasCheckpoint: true });
});

test("a run without its model says how to go on with it", async () => {
  const folder = temporaryFolder({ ...checkpoint, "job/state.json": "{}" });
  await expect(inspectModelFolder(folder)).rejects.toMatchObject({
    code: "RUN_INCOMPLETE",
    fix: `Go on with it: semblance train … --resume -o '${folder}'`,
  });
});

test("a folder with something else says what a model consists of", async () => {
  const folder = temporaryFolder({ "config.json": "{}", "onnx/readme.txt": "" });
  const error = await inspectModelFolder(folder).catch((reason) => reason);
  expect(error.code).toBe("NOT_A_MODEL");
  expect(error.message).toContain("model.safetensors");
});

test("a file is not a model folder, and neither is nothing", async () => {
  const file = join(temporaryFolder({ "model.onnx": "" }), "model.onnx");
  await expect(inspectModelFolder(file)).rejects.toThrow("is a file, not a model folder");
  await expect(inspectModelFolder(`${file}.gone`)).rejects.toMatchObject({
    code: "MODEL_NOT_FOUND",
  });
});

test.each([
  ["no-model", "organisation/name on the hub"],
  ["scratch:tiny", "RUN/start"],
])("%s, which is no folder, gets advice on what would be a model", async (model, advice) => {
  const error = await inspectModelFolder(model).catch((reason) => reason);
  expect(error.fix).toContain(advice);
});
