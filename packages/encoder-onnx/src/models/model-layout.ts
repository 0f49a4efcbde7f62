import type { Dtype } from "./dtype.ts";

/** The two kinds of towers, as their files are named. */
export type TowerName = "vision" | "text";

/** How a model folder is laid out: paths in it, with `/`. */
export interface ModelLayout {
  /** Transformers' configuration files, open_clip's beside the tokenizer, or Immich's two folders. */
  readonly kind: "transformers" | "openClip" | "immich";
  readonly config: string;
  readonly preprocessor: string;
  /** Where `tokenizer.json` and `tokenizer_config.json` lie: `""`, or a folder with `/` at the end. */
  readonly tokenizerFolder: "" | "textual/";
  /** What a tower's files begin with, the first that is there; where there is none, see `jointStems`. */
  readonly stems: Readonly<Record<TowerName, readonly string[]>>;
  /** What files with both towers begin with. */
  readonly jointStems: readonly string[];
}

const graphs = {
  stems: {
    vision: ["onnx/vision_model", "vision_model"],
    text: ["onnx/text_model", "text_model"],
  },
  jointStems: ["onnx/model", "model"],
};

const transformers: ModelLayout = {
  kind: "transformers",
  config: "config.json",
  preprocessor: "preprocessor_config.json",
  tokenizerFolder: "",
  ...graphs,
};

const openClip: ModelLayout = {
  kind: "openClip",
  config: "open_clip_config.json",
  preprocessor: "open_clip_config.json",
  tokenizerFolder: "",
  ...graphs,
};

const immich: ModelLayout = {
  kind: "immich",
  config: "config.json",
  preprocessor: "visual/preprocess_cfg.json",
  tokenizerFolder: "textual/",
  stems: { vision: ["visual/model"], text: ["textual/model"] },
  jointStems: [],
};

/** The layout of a folder with these files. */
export function layoutOf(present: readonly string[]): ModelLayout {
  if (present.some((file) => /^(visual|textual)\/model.*\.onnx$/.test(file))) return immich;
  const isOpenClip = present.includes(openClip.config) && !present.includes(transformers.config);
  return isOpenClip ? openClip : transformers;
}

/** What file names end in, by precision; the first that is there. */
const suffixes: Readonly<Record<Dtype, readonly string[]>> = {
  fp32: [""],
  fp16: ["_fp16"],
  int8: ["_quantized", "_int8"],
};

/** Names for a tower's graph in a precision, the usual one first: `onnx/vision_model_fp16.onnx`. */
export function graphNames(stem: string, dtype: Dtype): readonly string[] {
  return suffixes[dtype].map((suffix) => `${stem}${suffix}.onnx`);
}

/** Whether a file is the graph that begins with `stem`, in any precision, known or not. */
export function isGraphOf(stem: string, file: string): boolean {
  return file.startsWith(stem) && /^(_[a-z0-9]+)?\.onnx$/.test(file.slice(stem.length));
}
