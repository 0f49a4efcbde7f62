import type { ImageInput, Tower } from "@semblance/core";
import { describeImage } from "./describe-image.ts";
import { encodeStream, type ItemEncoder } from "./encode-stream.ts";
import { freeMemory } from "./free-memory.ts";
import type { TensorData } from "./graph-session.ts";
import type { ImagePipeline } from "./image-pipeline.ts";
import { type ImagePreparer, imagesAtOnce } from "./image-preparer.ts";
import type { OnnxGraph } from "./onnx-graph.ts";
import type { Resource } from "./resource.ts";
import { sha256 } from "./sha256.ts";

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
  const parts = ["image", options.weightsHash, pipeline, options.orientation];
  const encoder: ItemEncoder<ImageInput, Float32Array, TensorData> = {
    stage: "encoding images",
    unit: "images",
    dimension,
    batchSize: options.batchSize ?? 8,
    concurrency: imagesAtOnce,
    describe: describeImage,
    prepare: async (input) => {
      // Loads while the first images are made ready; its error is that of the first run.
      graph.get().catch(() => {});
      return (await preparer.get()).prepare(input);
    },
    assemble: (images) => toPixelValues(images, pipeline),
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

function toPixelValues(images: readonly Float32Array[], { output }: ImagePipeline): TensorData {
  const size = 3 * output.height * output.width;
  const data = new Float32Array(images.length * size);
  for (const [i, planes] of images.entries()) data.set(planes, i * size);
  freeMemory(...images);
  return { data, dims: [images.length, 3, output.height, output.width] };
}
