import { mkdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { createOnnxEncoder } from "../create-onnx-encoder.ts";
import { copyFixture } from "../fixtures/copy-fixture.ts";
import { copyAsImmich, copyWithGraphs } from "../fixtures/graph-model.ts";
import { openModelFolder } from "./model-folder.ts";
import { onnxFilesOf } from "./onnx-files.ts";

/** A folder with these files in `onnx/`; nothing reads them here. */
const copyWithFiles = (...names: string[]) =>
  copyWithGraphs(Object.fromEntries(names.map((name) => [`onnx/${name}.onnx`, "joint"])));

test.each([
  [["vision_model", "vision_model_fp16", "text_model", "text_model_fp16"], "fp32"],
  [["vision_model", "vision_model_fp16", "text_model_fp16", "text_model_quantized"], "fp16"],
  [["vision_model_quantized", "text_model_int8"], "int8"],
  [["model_q4", "model_fp16"], "fp16"],
])("of %j, auto is %s: the most exact precision that every tower has", async (files, dtype) => {
  await using model = await copyWithFiles(...files);
  await using encoder = await createOnnxEncoder({ model: model.folder, dtype: "auto" });
  expect(encoder.dtype).toBe(dtype);
});

test("another order of preference, as for graphics processors, is kept to", async () => {
  await using model = await copyWithFiles("vision_model", "vision_model_fp16");
  expect((await openModelFolder(model.folder, ["fp16", "fp32", "int8"])).dtype).toBe("fp16");
});

test.each([
  [
    ["vision_model_q4", "text_model_bnb4"],
    /It has onnx\/vision_model_q4\.onnx, onnx\/text_model_bnb4/,
  ],
  [["vision_model", "text_model_fp16"], /It has onnx\/vision_model\.onnx, onnx\/text_model_fp16/],
])("%j have no precision in common that can be used, and are listed", async (files, message) => {
  await using model = await copyWithFiles(...files);
  const opening = createOnnxEncoder({ model: model.folder, dtype: "auto" });
  await expect(opening).rejects.toMatchObject({
    code: "MODEL_FILE_MISSING",
    message: expect.stringMatching(message),
  });
});

test("int8 is the quantized file, and the int8 one where there is no other", async () => {
  await using model = await copyWithFiles("vision_model_int8", "vision_model_quantized");
  const { folder } = model;
  const names = async () =>
    (await onnxFilesOf(folder, "int8")).map((path) => path.slice(folder.length));
  expect(await names()).toEqual(["/onnx/vision_model_quantized.onnx"]);
  await model.remove("onnx/vision_model_quantized.onnx");
  expect(await names()).toEqual(["/onnx/vision_model_int8.onnx"]);
});

test("a tower's own graph comes before the joint one, which serves the other tower", async () => {
  await using model = await copyWithFiles("vision_model", "model");
  const { vision, text } = await openModelFolder(model.folder, "fp32");
  expect(vision?.path).toBe(join(model.folder, "onnx/vision_model.onnx"));
  expect(text?.path).toBe(join(model.folder, "onnx/model.onnx"));
});

test("the files of Immich's folders are found, and one that is missing is named by its place", async () => {
  await using model = await copyAsImmich("open-clip-visual", "open-clip-textual");
  const { folder } = model;
  expect(await onnxFilesOf(folder, "fp32")).toEqual([
    `${folder}/textual/model.onnx`,
    `${folder}/visual/model.onnx`,
  ]);
  await model.remove("visual/preprocess_cfg.json");
  await expect(createOnnxEncoder({ model: folder })).rejects.toMatchObject({
    code: "NOT_A_MODEL",
    message: expect.stringMatching(/it has no visual\/preprocess_cfg\.json\./),
  });
});

test("a model in the hub's cache is called by its id, not by its commit", async () => {
  await using model = await copyFixture("tiny-siglip");
  await model.remove("semblance.json");
  const cached = join(dirname(model.folder), "models--some--tiny-siglip/snapshots/0a1b");
  await mkdir(dirname(cached), { recursive: true });
  await rename(model.folder, cached);
  expect((await openModelFolder(cached, "fp32")).name).toBe("some/tiny-siglip");
});

test("sigmoid models of open_clip are known by their bias", async () => {
  await using model = await copyAsImmich("open-clip-visual", "open-clip-textual");
  await using clip = await createOnnxEncoder({ model: model.folder });
  expect(clip.scoring).toMatchObject({ kind: "softmax", assumed: true });
  await model.patch("config.json", { init_logit_bias: -10 });
  await using siglip = await createOnnxEncoder({ model: model.folder });
  expect(siglip.scoring).toMatchObject({ kind: "sigmoid", assumed: true });
  expect(siglip.dimension).toBe(8);
});
