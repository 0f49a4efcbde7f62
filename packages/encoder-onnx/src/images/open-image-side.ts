import type { ImageInput, Tower } from "@semblance/core";
import { z } from "zod";
import { type EncoderContext, outputsOf, weightsHashOf } from "../encoder-context.ts";
import type { ImageExpectation } from "../graphs/check-graph.ts";
import { withHead } from "../graphs/head-graph.ts";
import type { OnnxGraph } from "../graphs/onnx-graph.ts";
import { isSiglip } from "../models/model-config.ts";
import type { ModelFolder } from "../models/model-folder.ts";
import { openClipFile } from "../models/open-clip-config.ts";
import { readJson } from "../models/read-json.ts";
import type { TowerFile } from "../models/tower-file.ts";
import { createResource, type Resource } from "../resource.ts";
import { type ImagePipeline, toImagePipeline } from "./image-pipeline.ts";
import { createImagePreparer, type ImagePreparer } from "./image-preparer.ts";
import { createImageTower } from "./image-tower.ts";
import { openClipPipeline } from "./open-clip-pipeline.ts";
import { pixelValues } from "./pixel-values.ts";

/** What images go through before the graph, and what the graph must be like. */
export interface ImageSide {
  readonly expected: ImageExpectation;
  /** Makes the tower, around a graph that fits. */
  toTower(graph: Resource<OnnxGraph>, file: TowerFile): Tower<ImageInput>;
}

/** Reads how a model's images are made ready. @throws as `toImagePipeline` and `openClipPipeline` do. */
export async function openImageSide(context: EncoderContext): Promise<ImageSide> {
  const { model, settings, device, dimension, resources } = context;
  const { orientation, remote, limits, batchSize } = settings;
  const pipeline = await openPipeline(model);
  const preparer: Resource<ImagePreparer> = createResource({
    load: async () => createImagePreparer({ pipeline, decoder: { orientation, remote }, limits }),
    close: (opened) => opened.close(),
  });
  resources.push(preparer);
  const expected: ImageExpectation = {
    outputs: outputsOf(model, "image"),
    size: pipeline.output,
    values: pixelValues(pipeline),
  };
  const parts = { preparer, pipeline, orientation, dimension, batchSize };
  return {
    expected,
    toTower: (graph, file) => {
      const { image: head } = model.heads;
      const weightsHash = weightsHashOf(file, device, head);
      return createImageTower({ graph: withHead(graph, head), weightsHash, ...parts });
    },
  };
}

async function openPipeline({ folder, layout, config }: ModelFolder): Promise<ImagePipeline> {
  const { kind, preprocessor: file } = layout;
  if (kind === "openClip") {
    return openClipPipeline((await readJson(folder, file, openClipFile)).preprocess_cfg ?? {});
  }
  const value = await readJson(folder, file, z.unknown());
  if (kind === "immich") return openClipPipeline(value);
  return toImagePipeline(value, isSiglip(config) ? "Siglip" : "CLIP");
}
