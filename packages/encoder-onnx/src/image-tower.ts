import type { ImageDecoder, ImageInput, ImageLimits, Tower } from "@semblance/core";
import { Tensor } from "onnxruntime-node";
import { describeImage } from "./describe-image.ts";
import { encodeStream } from "./encode-stream.ts";
import type { ImagePipeline } from "./image-pipeline.ts";
import type { OnnxGraph } from "./onnx-graph.ts";
import { createPreprocessor } from "./preprocess-image.ts";
import type { Resource } from "./resource.ts";
import { sha256 } from "./sha256.ts";

/** What {@link createImageTower} puts together. */
export interface ImageTowerOptions {
  readonly graph: Resource<OnnxGraph>;
  readonly weightsHash: string;
  readonly pipeline: ImagePipeline;
  readonly decoder: ImageDecoder;
  readonly orientation: "apply" | "ignore";
  readonly limits: ImageLimits;
  readonly dimension: number;
  readonly batchSize: number | undefined;
}

/** The tower that decodes, resizes and encodes images. */
export function createImageTower(options: ImageTowerOptions): Tower<ImageInput> {
  const { pipeline, decoder, limits, dimension } = options;
  const preprocess = createPreprocessor(pipeline);
  const parts = ["image", options.weightsHash, pipeline, options.orientation];
  const encoder = {
    stage: "encoding images",
    unit: "images",
    dimension,
    batchSize: options.batchSize ?? 16,
    describe: describeImage,
    prepare: async (input: ImageInput) => preprocess(await decoder.decode(input, limits)),
    run: async (batch: readonly Float32Array[]) => {
      const graph = await options.graph.get();
      const pixelValues = toPixelValues(batch, pipeline);
      return { vectors: await graph.run({ pixel_values: pixelValues }), truncated: 0 };
    },
  };
  return {
    id: sha256(parts),
    encode: (items, encodeOptions) => encodeStream(items, encoder, encodeOptions),
  };
}

function toPixelValues(batch: readonly Float32Array[], { output }: ImagePipeline): Tensor {
  const size = 3 * output.height * output.width;
  const data = new Float32Array(batch.length * size);
  for (const [i, planes] of batch.entries()) data.set(planes, i * size);
  return new Tensor("float32", data, [batch.length, 3, output.height, output.width]);
}
