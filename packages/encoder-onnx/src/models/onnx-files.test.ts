import { ModelError } from "@semblance/core";
import { expect, test } from "vitest";
import { copyFixture } from "../fixtures/copy-fixture.ts";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { onnxFilesOf } from "./onnx-files.ts";

test("the files in use are those of both towers in the precision asked for, with weights beside them", async () => {
  await using model = await copyFixture("tiny-clip");
  const { folder } = model;
  await model.write("onnx/text_model_fp16.onnx", "");
  await model.write("onnx/vision_model.onnx_data", "");
  await model.write("onnx/text_model.onnx.data", "");
  expect(await onnxFilesOf(folder, "fp32")).toEqual([
    `${folder}/onnx/text_model.onnx`,
    `${folder}/onnx/text_model.onnx.data`,
    `${folder}/onnx/vision_model.onnx`,
    `${folder}/onnx/vision_model.onnx_data`,
  ]);
});

test("a folder of one tower has the files of one", async () => {
  await using model = await copyFixture("tiny-clip");
  await model.remove("onnx/text_model.onnx");
  expect(await onnxFilesOf(model.folder, "fp32")).toEqual([
    `${model.folder}/onnx/vision_model.onnx`,
  ]);
});

test.each([
  ["a precision that is not there", "tiny-clip", /has no onnx\/vision_model_fp16\.onnx\. It has/],
  ["a folder without ONNX files", "images", /has no onnx\/vision_model_fp16\.onnx\.$/],
])("%s is a ModelError", async (_name, folder, message) => {
  const error = await onnxFilesOf(fixturePath(folder), "fp16").catch((reason: unknown) => reason);
  expect(ModelError.isInstance(error) && error.code).toBe("MODEL_FILE_MISSING");
  expect(String(error)).toMatch(message);
});
