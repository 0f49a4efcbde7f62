import {
  type Encoder,
  type ImageInput,
  ModelError,
  parseConfig,
  type RunOptions,
  type Tower,
} from "@semblance/core";
import { z } from "zod";
import { type OnnxEncoderConfig, type OnnxEncoderSettings, onnxEncoderConfig } from "./config.ts";
import type { GraphOptions } from "./graph-session.ts";
import { toImagePipeline } from "./image-pipeline.ts";
import { createImagePreparer } from "./image-preparer.ts";
import { createImageTower } from "./image-tower.ts";
import { dimensionOf, isSiglip, scoringOf } from "./model-config.ts";
import { type ModelFolder, openModelFolder } from "./model-folder.ts";
import type { TowerFile } from "./onnx-files.ts";
import { type OnnxGraph, openOnnxGraph } from "./onnx-graph.ts";
import { openTokenizer } from "./open-tokenizer.ts";
import { readJson } from "./read-json.ts";
import { resolveModelFolder } from "./resolve-model-folder.ts";
import { createResource, type Resource } from "./resource.ts";
import { sha256 } from "./sha256.ts";
import { createTextTower } from "./text-tower.ts";

/**
 * Opens a model folder (`config.json`, `preprocessor_config.json`, `tokenizer.json`, `onnx/…`) as an
 * encoder on onnxruntime: images and texts in, unit vectors out, the numbers that transformers in
 * PyTorch gives with Pillow.
 *
 * Each tower loads on its first use; a folder with one tower gives an encoder with one. A model that is
 * named by its hub id is downloaded first, as far as it is not in the cache; `options` stop that and
 * show its progress.
 *
 * @throws ConfigError `CONFIG_INVALID`; ModelError `MODEL_NOT_FOUND`, `NOT_A_MODEL`,
 * `MODEL_FILE_MISSING`, `MODEL_FILE_CHANGED`, `MODEL_FILE_INVALID`, `MODEL_UNSUPPORTED`, and for a hub
 * id what `downloadModel` throws. A graph that
 * does not fit or load is found on first use: ModelError `MODEL_UNSUPPORTED` or `ONNX_FAILED`.
 */
export async function createOnnxEncoder(
  config: OnnxEncoderConfig,
  options: RunOptions = {},
): Promise<Encoder> {
  const settings = parseConfig(onnxEncoderConfig, config, "encoder options");
  const { dtype, hub } = settings;
  const folder = await resolveModelFolder({ model: settings.model, dtype, hub, ...options });
  const model = await openModelFolder(folder, dtype);
  const dimension = requireDimension(model);
  const resources: Resource<unknown>[] = [];
  const context = { model, settings, dimension, resources };
  const image = model.vision && (await openImageTower(context, model.vision));
  const text = model.text && (await openTextTower(context, model.text));
  const ids = [image?.id, text?.id];
  return {
    id: sha256(ids.filter((id) => id !== undefined)),
    name: model.name,
    dimension,
    scoring: scoringOf(model.config, model.manifest),
    ...(image && { image }),
    ...(text && { text }),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(resources.map((resource) => resource.close()));
    },
  };
}

interface Context {
  readonly model: ModelFolder;
  readonly settings: OnnxEncoderSettings;
  readonly dimension: number;
  /** Everything to close at the end. */
  readonly resources: Resource<unknown>[];
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

async function openImageTower(context: Context, file: TowerFile): Promise<Tower<ImageInput>> {
  const { model, settings, dimension, resources } = context;
  const preprocessor = await readJson(model.folder, "preprocessor_config.json", z.unknown());
  const { orientation, limits, batchSize } = settings;
  const pipeline = toImagePipeline(preprocessor, isSiglip(model.config) ? "Siglip" : "CLIP");
  const preparer = createResource({
    load: async () => createImagePreparer({ pipeline, decoder: { orientation }, limits }),
    close: (opened) => opened.close(),
  });
  resources.push(preparer);
  const { rescaleFactor = 1, normalize = { mean: [0, 0, 0], std: [1, 1, 1] } } = pipeline;
  const image = {
    outputs: outputsOf(model, "image_embeds"),
    size: pipeline.output,
    values: { rescaleFactor, ...normalize },
  };
  return createImageTower({
    graph: openGraph(context, file, { image }),
    preparer,
    weightsHash: file.hash,
    pipeline,
    orientation,
    dimension,
    batchSize,
  });
}

async function openTextTower(context: Context, file: TowerFile): Promise<Tower<string>> {
  const { model, settings, dimension, resources } = context;
  const { tokenizer, hash, maxLength, isFilled } = await openTokenizer(model);
  resources.push(tokenizer);
  const text = { outputs: outputsOf(model, "text_embeds"), maxLength, isFilled };
  return createTextTower({
    graph: openGraph(context, file, { text }),
    tokenizer,
    weightsHash: file.hash,
    tokenizerHash: hash,
    dimension,
    batchSize: settings.batchSize,
  });
}

// SigLIP has no projection: what its towers pool is the embedding. CLIP's pooled output is not.
function outputsOf({ config }: ModelFolder, output: string): readonly string[] {
  return isSiglip(config) ? [output, "pooler_output"] : [output];
}

function openGraph(
  { settings, dimension, resources }: Context,
  { path }: TowerFile,
  sides: Pick<GraphOptions, "image" | "text">,
): Resource<OnnxGraph> {
  const graph = createResource({
    load: () => openOnnxGraph({ path, threads: settings.threads, dimension, ...sides }),
    close: (opened) => opened.release(),
  });
  resources.push(graph);
  return graph;
}
