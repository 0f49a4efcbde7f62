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
import { toImagePipeline } from "./image-pipeline.ts";
import { createImageTower } from "./image-tower.ts";
import { dimensionOf, isSiglip, scoringOf } from "./model-config.ts";
import { type ModelFolder, openModelFolder } from "./model-folder.ts";
import type { TowerFile } from "./onnx-files.ts";
import { type OnnxGraph, type OnnxGraphOptions, openOnnxGraph } from "./onnx-graph.ts";
import { openTokenizer } from "./open-tokenizer.ts";
import { readJson } from "./read-json.ts";
import { resolveModelFolder } from "./resolve-model-folder.ts";
import { createResource, type Resource } from "./resource.ts";
import { sha256 } from "./sha256.ts";
import { createSharpDecoder } from "./sharp-decoder.ts";
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
 * id what `downloadModel` throws. A graph that does not fit or load is found on first use:
 * ModelError `MODEL_UNSUPPORTED` or `ONNX_FAILED`.
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
  const { model, settings, dimension } = context;
  const preprocessor = await readJson(model.folder, "preprocessor_config.json", z.unknown());
  const { orientation, limits, batchSize } = settings;
  return createImageTower({
    graph: openGraph(context, file, { pixel_values: "float32" }, "image_embeds"),
    weightsHash: file.hash,
    pipeline: toImagePipeline(preprocessor, isSiglip(model.config) ? "Siglip" : "CLIP"),
    decoder: createSharpDecoder({ orientation }),
    orientation,
    limits,
    dimension,
    batchSize,
  });
}

async function openTextTower(context: Context, file: TowerFile): Promise<Tower<string>> {
  const { model, settings, dimension, resources } = context;
  const { tokenizer, hash } = await openTokenizer(model);
  resources.push(tokenizer);
  const inputs = { input_ids: "int64", attention_mask: "int64" } as const;
  return createTextTower({
    graph: openGraph(context, file, inputs, "text_embeds"),
    tokenizer,
    weightsHash: file.hash,
    tokenizerHash: hash,
    dimension,
    batchSize: settings.batchSize,
  });
}

function openGraph(
  { model, settings, dimension, resources }: Context,
  file: TowerFile,
  inputs: OnnxGraphOptions["inputs"],
  output: string,
): Resource<OnnxGraph> {
  const graph = createResource({
    load: () =>
      openOnnxGraph({
        path: file.path,
        threads: settings.threads,
        inputs,
        optionalInputs: ["attention_mask"],
        // SigLIP has no projection: what its towers pool is the embedding. CLIP's pooled output is not.
        outputs: isSiglip(model.config) ? [output, "pooler_output"] : [output],
        dimension,
      }),
    close: (opened) => opened.release(),
  });
  resources.push(graph);
  return graph;
}
