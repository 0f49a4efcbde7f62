import { EncoderError, type Tower } from "@semblance/core";
import { Tensor } from "onnxruntime-node";
import { describeText } from "./describe-image.ts";
import { encodeStream } from "./encode-stream.ts";
import type { OnnxGraph } from "./onnx-graph.ts";
import type { Resource } from "./resource.ts";
import { sha256 } from "./sha256.ts";
import type { TextTokenizer, TokenizedText } from "./tokenizer.ts";

/** What {@link createTextTower} puts together. */
export interface TextTowerOptions {
  readonly graph: Resource<OnnxGraph>;
  readonly tokenizer: Resource<TextTokenizer>;
  readonly weightsHash: string;
  /** Hash of everything that decides token ids. */
  readonly tokenizerHash: string;
  readonly dimension: number;
  readonly batchSize: number | undefined;
}

/** The tower that tokenizes and encodes texts. */
export function createTextTower(options: TextTowerOptions): Tower<string> {
  const parts = ["text", options.weightsHash, options.tokenizerHash];
  const encoder = {
    stage: "encoding texts",
    unit: "texts",
    dimension: options.dimension,
    batchSize: options.batchSize ?? 64,
    describe: (text: string) => describeText(String(text)),
    prepare: async (text: string) => {
      if (typeof text !== "string") throw notAText(text);
      return (await options.tokenizer.get()).tokenize(text);
    },
    run: async (batch: readonly TokenizedText[]) => {
      const [graph, tokenizer] = [await options.graph.get(), await options.tokenizer.get()];
      const { inputIds, attentionMask, length } = tokenizer.toBatch(batch);
      const shape = [batch.length, length];
      const vectors = await graph.run({
        input_ids: new Tensor("int64", inputIds, shape),
        attention_mask: new Tensor("int64", attentionMask, shape),
      });
      return { vectors, truncated: batch.filter(({ isTruncated }) => isTruncated).length };
    },
  };
  return {
    id: sha256(parts),
    encode: (items, encodeOptions) => encodeStream(items, encoder, encodeOptions),
  };
}

function notAText(value: unknown): EncoderError {
  return new EncoderError({
    code: "TEXT_INVALID",
    message: `Expected a text, found ${value === null ? "null" : `a value of type ${typeof value}`}.`,
  });
}
