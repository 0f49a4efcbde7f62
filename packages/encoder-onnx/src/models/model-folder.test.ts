import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { collect, type Encoder, ModelError } from "@semblance/core";
import { expect, test } from "vitest";
import { createOnnxEncoder } from "../create-onnx-encoder.ts";
import { copyFixture, type FixtureCopy } from "../fixtures/copy-fixture.ts";
import { fixturePath } from "../fixtures/fixture-path.ts";
import { copyWithGraphs } from "../fixtures/graph-model.ts";

async function errorOf(opening: Promise<Encoder>): Promise<ModelError> {
  const error = await opening.catch((reason: unknown) => reason);
  if (ModelError.isInstance(error)) return error;
  throw new Error(`Expected a ModelError, found ${String(error)}.`);
}

test.each([
  ["no/such/folder", /There is no model folder at .*no\/such\/folder\./],
  [fixturePath("image-cases.csv"), /it is a file/],
])("%s is not found", async (folder, message) => {
  const error = await errorOf(createOnnxEncoder({ model: folder }));
  expect(error.code).toBe("MODEL_NOT_FOUND");
  expect(error.message).toMatch(message);
});

test("a folder of something else is not a model, and the missing files are named", async () => {
  const error = await errorOf(createOnnxEncoder({ model: fixturePath("images") }));
  expect(error.code).toBe("NOT_A_MODEL");
  expect(error.message).toMatch(/no config\.json, no onnx\/vision_model\.onnx or onnx\/text_model/);
});

test("a checkpoint without ONNX is told to export", async () => {
  await using model = await copyFixture("tiny-clip");
  await model.remove("onnx");
  await model.write("model.safetensors", "");
  const error = await errorOf(createOnnxEncoder({ model: model.folder }));
  expect(error.code).toBe("NOT_A_MODEL");
  expect(error.fix).toMatch(/semblance export/);
});

test.each([
  ["preprocessor_config.json", /it has no preprocessor_config\.json/],
  ["tokenizer.json", /it has no tokenizer\.json/],
  ["tokenizer_config.json", /it has no tokenizer_config\.json/],
])("a tower without its %s is not a model", async (file, message) => {
  await using model = await copyFixture("tiny-clip");
  await model.remove(file);
  const error = await errorOf(createOnnxEncoder({ model: model.folder }));
  expect(error.code).toBe("NOT_A_MODEL");
  expect(error.message).toMatch(message);
});

test("a folder of one tower gives an encoder with one", async () => {
  await using model = await copyFixture("tiny-clip");
  await model.remove("onnx/vision_model.onnx", "preprocessor_config.json", "semblance.json");
  await using encoder = await createOnnxEncoder({ model: model.folder });
  expect(encoder.image).toBeUndefined();
  const found = await collect(encoder.text?.encode(["a dog"]) ?? []);
  expect(found.embeddings.count).toBe(1);
});

test("the towers load by themselves: a spoilt vision file does not stop texts", async () => {
  await using model = await copyFixture("tiny-clip");
  await model.remove("semblance.json");
  await model.write("onnx/vision_model.onnx", "not a graph");
  await using encoder = await createOnnxEncoder({ model: model.folder });
  const texts = await collect(encoder.text?.encode(["a dog"]) ?? []);
  expect(texts.embeddings.count).toBe(1);
  const image = fixturePath("images/rgb.png");
  await expect(collect(encoder.image?.encode([image]) ?? [])).rejects.toMatchObject({
    code: "ONNX_FAILED",
    message: expect.stringMatching(/cannot load .*vision_model\.onnx/),
  });
});

test("weights beside a graph that are gone or cut off are found on first use", async () => {
  await using model = await copyWithGraphs({ "onnx/vision_model.onnx": "split-vision" });
  const encode = async () => {
    await using encoder = await createOnnxEncoder({ model: model.folder });
    await collect(encoder.image?.encode([fixturePath("images/rgb.png")]) ?? []);
  };
  await encode();
  await model.write("onnx/vision_model.onnx_data", "short");
  await expect(encode()).rejects.toMatchObject({
    code: "ONNX_FAILED",
    message: expect.stringMatching(/vision_model\.onnx.*a part is missing\.$/s),
  });
  await model.remove("onnx/vision_model.onnx_data");
  await expect(encode()).rejects.toMatchObject({
    code: "MODEL_FILE_MISSING",
    message: expect.stringMatching(/not there: .*onnx\/vision_model\.onnx_data\.$/),
  });
});

test("without semblance.json everything is as before, but the scoring is assumed", async () => {
  await using model = await copyFixture("tiny-clip");
  const before = await createOnnxEncoder({ model: model.folder });
  await model.remove("semblance.json");
  const after = await createOnnxEncoder({ model: model.folder });
  expect([after.id, after.dimension]).toEqual([before.id, before.dimension]);
  expect(after.scoring).toEqual({ kind: "softmax", logitScale: 100, logitBias: 0, assumed: true });
});

test("a SigLIP without semblance.json has the dimension of its towers and an assumed sigmoid", async () => {
  await using model = await copyFixture("tiny-siglip");
  await model.remove("semblance.json");
  const encoder = await createOnnxEncoder({ model: model.folder });
  expect(encoder.dimension).toBe(16);
  expect(encoder.scoring).toMatchObject({ kind: "sigmoid", assumed: true });
});

test("a precision is read from its own files and has its own ids", async () => {
  await using model = await copyFixture("tiny-clip");
  for (const tower of ["vision", "text"]) {
    const path = (suffix: string) => join(model.folder, `onnx/${tower}_model${suffix}.onnx`);
    await copyFile(path(""), path("_quantized"));
  }
  await using encoder = await createOnnxEncoder({ model: model.folder, dtype: "int8" });
  const found = await collect(encoder.text?.encode(["a dog"]) ?? []);
  expect(found.embeddings.count).toBe(1);
});

const spoilt: [string, string, RegExp, (model: FixtureCopy) => Promise<void>, object?][] = [
  [
    "a precision that is not there",
    "MODEL_FILE_MISSING",
    /no onnx\/vision_model_fp16\.onnx\. It has onnx\/vision_model\.onnx/,
    async () => {},
    { dtype: "fp16" },
  ],
  [
    "a listed file that is gone",
    "MODEL_FILE_MISSING",
    /no onnx\/text_model\.onnx/,
    (model) => model.remove("onnx/text_model.onnx"),
  ],
  [
    "a file of another size",
    "MODEL_FILE_CHANGED",
    /has 3 bytes, but semblance\.json says \d+/,
    (model) => model.write("onnx/text_model.onnx", "abc"),
  ],
  [
    "a file that is not JSON",
    "MODEL_FILE_INVALID",
    /config\.json is not JSON/,
    (model) => model.write("config.json", "{"),
  ],
  [
    "a model without a text length",
    "MODEL_UNSUPPORTED",
    /how many tokens/,
    async (model) => {
      await model.patch("config.json", { model_type: "other", text_config: {} });
      await model.patch("tokenizer_config.json", { model_max_length: undefined });
    },
  ],
  [
    "a model without a dimension",
    "MODEL_UNSUPPORTED",
    /how long the vectors are/,
    async (model) => {
      await model.remove("semblance.json");
      await model.patch("config.json", { projection_dim: undefined });
    },
  ],
];

test.each(spoilt)("%s is a %s", async (_name, code, message, spoil, options) => {
  await using model = await copyFixture("tiny-clip");
  await spoil(model);
  const error = await errorOf(createOnnxEncoder({ model: model.folder, ...options }));
  expect(error.code).toBe(code);
  expect(error.message).toMatch(message);
});

test("a semblance.json of a newer schema is refused, one with more keys is read", async () => {
  await using model = await copyFixture("tiny-clip");
  await model.patch("semblance.json", { added: "later" });
  await createOnnxEncoder({ model: model.folder });
  await model.patch("semblance.json", { schema: 2 });
  await expect(createOnnxEncoder({ model: model.folder })).rejects.toThrow(
    /semblance\.json: schema/,
  );
});

test("a graph whose vectors have another length is found on first use", async () => {
  await using model = await copyFixture("tiny-clip");
  await model.patch("semblance.json", { dimension: 9 });
  await using encoder = await createOnnxEncoder({ model: model.folder });
  const encoding = collect(encoder.text?.encode(["a dog"]) ?? []);
  await expect(encoding).rejects.toMatchObject({
    code: "MODEL_UNSUPPORTED",
    message: expect.stringMatching(/gives vectors of 8, but the model says 9/),
  });
});

test("a graph of another kind is found on first use, and its inputs or outputs are named", async () => {
  await using model = await copyFixture("tiny-clip");
  await model.remove("semblance.json");
  const path = (tower: string) => join(model.folder, `onnx/${tower}_model.onnx`);
  await copyFile(path("vision"), path("text"));
  await using encoder = await createOnnxEncoder({ model: model.folder });
  const encoding = collect(encoder.text?.encode(["a dog"]) ?? []);
  await expect(encoding).rejects.toThrow(/takes pixel_values \(float32\), which is not known/);
});
