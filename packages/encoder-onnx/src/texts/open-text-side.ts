import type { Tower } from "@semblance/core";
import { type EncoderContext, outputsOf, weightsHashOf } from "../encoder-context.ts";
import type { TextExpectation } from "../graphs/check-graph.ts";
import { withHead } from "../graphs/head-graph.ts";
import type { OnnxGraph } from "../graphs/onnx-graph.ts";
import type { TowerFile } from "../models/tower-file.ts";
import type { Resource } from "../resource.ts";
import { openTokenizer } from "./open-tokenizer.ts";
import { createTextTower } from "./text-tower.ts";

/** What texts go through before the graph, and what the graph must be like. */
export interface TextSide {
  readonly expected: TextExpectation;
  /** Makes the tower, around a graph that fits. */
  toTower(graph: Resource<OnnxGraph>, file: TowerFile): Tower<string>;
}

/** Reads how a model's texts are made ready. @throws as `openTokenizer` does. */
export async function openTextSide(context: EncoderContext): Promise<TextSide> {
  const { model, settings, device, dimension, resources } = context;
  const { tokenizer, hash: tokenizerHash, maxLength, isFilled } = await openTokenizer(model);
  resources.push(tokenizer);
  const parts = { tokenizer, tokenizerHash, dimension, batchSize: settings.batchSize };
  return {
    expected: { outputs: outputsOf(model, "text"), maxLength, isFilled },
    toTower: (graph, file) => {
      const { text: head } = model.heads;
      const weightsHash = weightsHashOf(file, device, head);
      return createTextTower({ graph: withHead(graph, head), weightsHash, ...parts });
    },
  };
}
