import { ModelError } from "@semblance/core";
import type { Dtype } from "../models/dtype.ts";

/** What a model is wanted for: to run it in ONNX, or to train or export it. */
export type ModelFormat = "onnx" | "safetensors";

/** What to choose, and how the repository is called in messages. */
export interface FileChoice {
  readonly id: string;
  readonly format: ModelFormat;
  /** `"auto"`: the most exact precision that there is. */
  readonly dtype: Dtype | "auto";
}

const encoderFiles: readonly string[] = [
  "config.json",
  "head.safetensors",
  "open_clip_config.json",
  "preprocessor_config.json",
  "semblance.json",
  "tokenizer.json",
  "tokenizer_config.json",
];

const checkpointFiles: readonly string[] = [
  ...encoderFiles,
  "added_tokens.json",
  "merges.txt",
  "sentencepiece.bpe.model",
  "special_tokens_map.json",
  "spiece.model",
  "tokenizer.model",
  "vocab.json",
];

/** File names end so, the likeliest first. */
const suffixes: Readonly<Record<Dtype, readonly string[]>> = {
  fp32: [""],
  fp16: ["_fp16"],
  int8: ["_quantized", "_int8"],
};

/** Ways to lay out the graphs of a dual encoder; the first that a repository follows counts. */
const layouts: readonly (readonly string[])[] = [
  ["onnx/vision_model", "onnx/text_model"],
  ["onnx/model"],
  ["model"],
  ["visual/model", "textual/model"],
];

/**
 * The files of a repository that an encoder or an export needs, of all that it has.
 *
 * @param paths - Relative, with `/`.
 * @throws ModelError `NO_ONNX` or `NO_CHECKPOINT` (says what was looked for), `MODEL_FILE_MISSING` for a
 * precision that the repository does not have.
 */
export function chooseFiles(paths: readonly string[], choice: FileChoice): readonly string[] {
  return choice.format === "onnx" ? chooseOnnx(paths, choice) : chooseCheckpoint(paths, choice);
}

function chooseOnnx(paths: readonly string[], choice: FileChoice): readonly string[] {
  const present = new Set(paths);
  const graphs = findGraphs(present, choice.dtype);
  if (graphs.length === 0) throw noGraphs(paths, choice);
  // Large weights lie beside the graph: vision_model.onnx_data, vision_model.onnx.data.
  const isWeights = (path: string) => graphs.some((graph) => path.startsWith(graph));
  const isSideFile = (path: string) =>
    graphs.some((graph) => /^(?:visual|textual)\//.test(graph)) &&
    /^(?:visual|textual)\/[^/]+\.json$/.test(path);
  return paths.filter((path) => encoderFiles.includes(path) || isWeights(path) || isSideFile(path));
}

function findGraphs(present: ReadonlySet<string>, dtype: Dtype | "auto"): readonly string[] {
  const dtypes: readonly Dtype[] = dtype === "auto" ? ["fp32", "fp16", "int8"] : [dtype];
  const exists = (stem: string) =>
    Object.values(suffixes).some((names) =>
      names.some((name) => present.has(`${stem}${name}.onnx`)),
    );
  for (const layout of layouts) {
    const towers = layout.filter(exists);
    for (const wanted of dtypes) {
      const graphs = towers.flatMap((stem) => findGraph(present, stem, wanted));
      if (towers.length > 0 && graphs.length === towers.length) return graphs;
    }
  }
  return [];
}

function findGraph(present: ReadonlySet<string>, stem: string, dtype: Dtype): readonly string[] {
  const names = suffixes[dtype].map((suffix) => `${stem}${suffix}.onnx`);
  return names.filter((name) => present.has(name)).slice(0, 1);
}

function noGraphs(paths: readonly string[], { id, dtype }: FileChoice): ModelError {
  const graphs = paths.filter((path) => path.endsWith(".onnx"));
  if (findGraphs(new Set(paths), "auto").length > 0) {
    return new ModelError({
      code: "MODEL_FILE_MISSING",
      message: `${id} has no ONNX files in ${dtype}. It has ${graphs.join(", ")}.`,
      fix: "Choose a dtype that it has: fp32 (no suffix), fp16 (_fp16) or int8 (_quantized, _int8).",
    });
  }
  return new ModelError({
    code: "NO_ONNX",
    message: `${id} has no model in ONNX: looked for ${layouts
      .flat()
      .map((stem) => `${stem}.onnx`)
      .join(", ")}${graphs.length > 0 ? `, found ${graphs.join(", ")}` : ""}.`,
    fix: "Name a repository with ONNX files, or export a checkpoint with `semblance export`.",
  });
}

function chooseCheckpoint(paths: readonly string[], { id }: FileChoice): readonly string[] {
  const isWhole = paths.includes("model.safetensors");
  const isSharded = paths.includes("model.safetensors.index.json");
  const isWeights = (path: string) =>
    isWhole
      ? path === "model.safetensors"
      : /^model(?:-\d+-of-\d+\.safetensors|\.safetensors\.index\.json)$/.test(path);
  if ((isWhole || isSharded) && paths.includes("config.json")) {
    return paths.filter((path) => checkpointFiles.includes(path) || isWeights(path));
  }
  const pickles = paths.filter((path) => /^pytorch_model.*\.bin$/.test(path));
  throw new ModelError({
    code: "NO_CHECKPOINT",
    message: `${id} has no checkpoint to use: looked for config.json with model.safetensors${pickles.length > 0 ? `; ${pickles.join(", ")} is a pickle, which is never loaded` : ""}.`,
    fix: "Name a repository or folder with model.safetensors.",
  });
}
