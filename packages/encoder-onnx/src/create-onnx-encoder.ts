import {
  type Encoder,
  type ImageInput,
  ModelError,
  parseConfig,
  type RunOptions,
  type Tower,
} from "@semblance/core";
import { type Device, type OnnxEncoderConfig, onnxEncoderConfig } from "./config.ts";
import type { EncoderContext } from "./encoder-context.ts";
import { chooseDevice } from "./graphs/choose-device.ts";
import type { GraphOptions } from "./graphs/graph-session.ts";
import { type OnnxGraph, openOnnxGraph } from "./graphs/onnx-graph.ts";
import { openImageSide } from "./images/open-image-side.ts";
import type { Dtype } from "./models/dtype.ts";
import { dimensionOf, scoringOf } from "./models/model-config.ts";
import { type ModelFolder, openModelFolder } from "./models/model-folder.ts";
import { resolveModelFolder } from "./models/resolve-model-folder.ts";
import { sha256 } from "./models/sha256.ts";
import type { TowerFile } from "./models/tower-file.ts";
import { createResource, type Resource } from "./resource.ts";
import { openTextSide } from "./texts/open-text-side.ts";

/** An {@link Encoder} that says how its model runs. */
export interface OnnxEncoder extends Encoder {
  /** Precision of the files in use; what `"auto"` came to. */
  readonly dtype: Dtype;
  /** Where graphs run; what `"auto"` or a fallback came to. */
  readonly device: Device;
  /**
   * Whether one graph holds both towers. It runs whole for images and for texts, beside one blank item
   * of the other kind, so each costs more than by itself, and neither loads without the other.
   */
  readonly isJoint: boolean;
}

/**
 * Opens a model folder (`config.json`, `preprocessor_config.json`, `tokenizer.json`, `onnx/…`) as an
 * encoder on onnxruntime: images and texts in, unit vectors out, the numbers that transformers in
 * PyTorch gives with Pillow. Folders with one joint graph, of open_clip and of Immich are read, too.
 *
 * Each tower loads on its first use; a folder with one tower gives an encoder with one. A model that is
 * named by its hub id is downloaded first, as far as it is not in the cache; `options` stop that and
 * show its progress.
 *
 * @throws ConfigError `CONFIG_INVALID`; ModelError `MODEL_NOT_FOUND`, `NOT_A_MODEL`,
 * `MODEL_FILE_MISSING`, `MODEL_FILE_CHANGED`, `MODEL_FILE_INVALID`, `MODEL_UNSUPPORTED`,
 * `DEVICE_UNAVAILABLE`, and for a hub id what `downloadModel` throws. A graph that does not fit or load
 * is found on first use: ModelError `MODEL_UNSUPPORTED` or `ONNX_FAILED`.
 */
export async function createOnnxEncoder(
  config: OnnxEncoderConfig,
  options: RunOptions = {},
): Promise<OnnxEncoder> {
  const settings = parseConfig(onnxEncoderConfig, config, "encoder options");
  const { dtype, hub } = settings;
  const device = await chooseDevice(settings);
  const folder = await resolveModelFolder({ model: settings.model, dtype, hub, ...options });
  const model = await openModelFolder(folder, dtype === "auto" ? preferredDtypes(device) : dtype);
  const dimension = requireDimension(model);
  const resources: Resource<unknown>[] = [];
  const { image, text } = await openTowers({ model, settings, device, dimension, resources });
  const ids = [image?.id, text?.id];
  return {
    id: sha256(ids.filter((id) => id !== undefined)),
    name: model.name,
    dimension,
    scoring: scoringOf(model.config, model.manifest),
    dtype: model.dtype,
    device,
    isJoint: isJoint(model),
    ...(image && { image }),
    ...(text && { text }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(resources.map((resource) => resource.close()));
    },
  };
}

// A graphics processor computes half floats fast, and its single floats differ from the processor's.
function preferredDtypes(device: Device): readonly Dtype[] {
  return device === "cpu" ? ["fp32", "fp16", "int8"] : ["fp16", "fp32", "int8"];
}

function requireDimension({ config, manifest, folder }: ModelFolder): number {
  const dimension = dimensionOf(config, manifest);
  if (dimension !== undefined) return dimension;
  throw new ModelError({
    code: "MODEL_UNSUPPORTED",
    message: `Nothing in ${folder} says how long the vectors are: config.json (model type ${config.model_type}) has no projection_dim.`,
    fix: "Export the model with `semblance export`, which writes semblance.json.",
  });
}

type Sides = Pick<GraphOptions, "image" | "text">;

interface Towers {
  readonly image: Tower<ImageInput> | undefined;
  readonly text: Tower<string> | undefined;
}

async function openTowers(context: EncoderContext): Promise<Towers> {
  const { model } = context;
  const images = model.vision && { ...(await openImageSide(context)), file: model.vision };
  const texts = model.text && { ...(await openTextSide(context)), file: model.text };
  const [image, text] = [images?.expected, texts?.expected];
  const shared = images && isJoint(model) && openGraph(context, images.file, { image, text });
  const graphOf = (file: TowerFile, side: Sides) => shared || openGraph(context, file, side);
  return {
    image: images?.toTower(graphOf(images.file, { image }), images.file),
    text: texts?.toTower(graphOf(texts.file, { text }), texts.file),
  };
}

function isJoint({ vision, text }: ModelFolder): boolean {
  return vision !== undefined && vision.path === text?.path;
}

function openGraph(
  { settings, device, dimension, resources }: EncoderContext,
  { path }: TowerFile,
  sides: Sides,
): Resource<OnnxGraph> {
  const { threads } = settings;
  const graph = createResource({
    load: () => openOnnxGraph({ path, threads, device, dimension, ...sides }),
    close: (opened) => opened.release(),
  });
  resources.push(graph);
  return graph;
}
