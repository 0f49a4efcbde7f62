import type { ImageInput, Tower } from "@semblance/core";
import { encodeStream, type ItemEncoder } from "../encode-stream.ts";
import type { TensorData } from "../graphs/graph-session.ts";
import type { OnnxGraph } from "../graphs/onnx-graph.ts";
import { sha256 } from "../models/sha256.ts";
import type { Resource } from "../resource.ts";
import { describeImage } from "./describe-image.ts";
import type { ImagePipeline } from "./image-pipeline.ts";
import type { ImagePreparer } from "./image-preparer.ts";

/** What {@link createImageTower} puts together. */
export interface ImageTowerOptions {
  readonly graph: Resource<OnnxGraph>;
  readonly preparer: Resource<ImagePreparer>;
  readonly weightsHash: string;
  readonly pipeline: ImagePipeline;
  readonly orientation: "apply" | "ignore";
  readonly dimension: number;
  readonly batchSize: number | undefined;
}

/** The tower that decodes, resizes and encodes images. */
export function createImageTower(options: ImageTowerOptions): Tower<ImageInput> {
  const { graph, preparer, pipeline, dimension } = options;
  const { height, width } = pipeline.output;
  const parts = ["image", options.weightsHash, pipeline, options.orientation];
  const encoder: ItemEncoder<ImageInput, TensorData> = {
    stage: "encoding images",
    unit: "images",
    dimension,
    batchSize: options.batchSize ?? 16,
    describe: describeImage,
    prepare: async (inputs) => {
      // Loads while the first images are made ready; its error is that of the first run.
      graph.get().catch(() => {});
      const { pixels, errors } = await (await preparer.get()).prepare(inputs);
      const dims = [inputs.length - errors.size, height, width, 3];
      return { errors, ...(pixels.length > 0 && { batch: { data: pixels, dims } }) };
    },
    run: async (batch) => {
      const vectors = await (await graph.get()).run({ pixel_values: batch });
      return { vectors, truncatedRows: [] };
    },
  };
  return {
    id: sha256(parts),
    encode: (items, encodeOptions) => encodeStream(items, encoder, encodeOptions),
  };
}
