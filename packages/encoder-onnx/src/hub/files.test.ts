import { expect, test } from "vitest";
import { chooseFiles, type FileChoice } from "./files.ts";

const id = "someone/model";
const onnx = { id, format: "onnx", dtype: "fp32" } as const;
const checkpoint = { ...onnx, format: "safetensors" } as const;
const companions = ["config.json", "preprocessor_config.json", "tokenizer.json"];
const towers = (suffix: string) => [
  `onnx/vision_model${suffix}.onnx`,
  `onnx/text_model${suffix}.onnx`,
];

const choose = (paths: readonly string[], choice: FileChoice) => [...chooseFiles(paths, choice)];

const failure = (paths: readonly string[], choice: FileChoice): unknown => {
  try {
    return chooseFiles(paths, choice);
  } catch (error) {
    return error;
  }
};

test("of a repository with everything, the two towers in the precision that is wanted", () => {
  const others = [".gitattributes", "README.md", "pytorch_model.bin", "model.safetensors"];
  const all = [...others, ...companions, ...["", "_fp16", "_int8", "_q4"].flatMap(towers)];
  all.push("onnx/model.onnx", "onnx/model_fp16.onnx");
  expect(choose(all, onnx)).toEqual([...companions, ...towers("")]);
  expect(choose(all, { ...onnx, dtype: "fp16" })).toEqual([...companions, ...towers("_fp16")]);
  expect(choose(all, { ...onnx, dtype: "int8" })).toEqual([...companions, ...towers("_int8")]);
  const quantized = [...all, ...towers("_quantized")];
  expect(choose(quantized, { ...onnx, dtype: "int8" })).toContain(towers("_quantized")[0]);
});

test("a head beside the graphs comes with them", () => {
  const paths = [...companions, "head.safetensors", ...towers("")];
  expect(choose(paths, onnx)).toEqual(paths);
});

test("auto is the most exact precision that all towers have", () => {
  const paths = ["onnx/vision_model.onnx", ...towers("_fp16"), ...towers("_quantized")];
  expect(choose(paths, { ...onnx, dtype: "auto" })).toEqual(towers("_fp16"));
});

test("weights that lie beside a graph come with it, those of other graphs do not", () => {
  const beside = ["onnx/text_model.onnx_data", "onnx/vision_model.onnx.data"];
  const other = ["onnx/text_model_fp16.onnx", "onnx/text_model_fp16.onnx_data"];
  expect(choose([...towers(""), ...beside, ...other], onnx)).toEqual([...towers(""), ...beside]);
});

test("one tower is enough, and so is one joint graph", () => {
  expect(choose(["onnx/text_model.onnx"], onnx)).toEqual(["onnx/text_model.onnx"]);
  const joint = ["onnx/model.onnx", "onnx/model.onnx_data"];
  expect(choose([...joint, "onnx/model_q4.onnx"], onnx)).toEqual(joint);
  expect(choose(["model.onnx", "config.json"], onnx)).toEqual(["model.onnx", "config.json"]);
});

test("folders of the towers, as Immich lays them out, come with their own settings", () => {
  const paths = [
    "config.json",
    "visual/model.onnx",
    "visual/preprocess_cfg.json",
    "textual/model.onnx",
    "textual/tokenizer.json",
  ];
  expect(choose([...paths, "visual/fp16/model.armnn", "README.md"], onnx)).toEqual(paths);
});

test("a precision that is not there is told from no ONNX at all", () => {
  expect(failure([...companions, ...towers("_fp16")], onnx)).toMatchObject({
    code: "MODEL_FILE_MISSING",
    message: expect.stringMatching(
      /^someone\/model has no ONNX files in fp32. It has onnx\/vision/,
    ),
  });
  expect(failure([...companions, "model.safetensors"], onnx)).toMatchObject({
    code: "NO_ONNX",
    message: expect.stringMatching(/looked for onnx\/vision_model.onnx, onnx\/text_model.onnx, .*/),
  });
  expect(failure(["onnx/decoder.onnx"], { ...onnx, dtype: "auto" })).toMatchObject({
    code: "NO_ONNX",
    message: expect.stringMatching(/found onnx\/decoder.onnx\.$/),
  });
});

test("a checkpoint is its weights in safetensors, whole or in shards, with the tokenizer's files", () => {
  const rest = ["config.json", "merges.txt", "vocab.json"];
  const others = ["pytorch_model.bin", "onnx/model.onnx", "README.md", "training_args.json"];
  const whole = [...rest, "model.safetensors"];
  expect(choose([...others, ...whole], checkpoint)).toEqual(whole);
  const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  const sharded = [...rest, ...shards, "model.safetensors.index.json"];
  expect(choose([...others, ...sharded], checkpoint)).toEqual(sharded);
  expect(choose([...sharded, "model.safetensors"], checkpoint)).not.toContain(shards[0]);
});

test("a pickle is no checkpoint", () => {
  expect(failure(["config.json", "pytorch_model.bin"], checkpoint)).toMatchObject({
    code: "NO_CHECKPOINT",
    message: expect.stringContaining("pytorch_model.bin is a pickle, which is never loaded"),
  });
});
