import { EncoderError, type Tower } from "@semblance/core";
import { encodeStream, type ItemEncoder } from "../encode-stream.ts";
import type { GraphInputs } from "../graphs/graph-session.ts";
import type { OnnxGraph } from "../graphs/onnx-graph.ts";
import { describeText } from "../images/describe-image.ts";
import { sha256 } from "../models/sha256.ts";
import type { Resource } from "../resource.ts";
import { groupByLength } from "./group-by-length.ts";
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
  const { graph, tokenizer, dimension } = options;
  const parts = ["text", options.weightsHash, options.tokenizerHash];
  const encoder: ItemEncoder<string, readonly TokenizedText[]> = {
    stage: "encoding texts",
    unit: "texts",
    dimension,
    batchSize: options.batchSize ?? 64,
    describe: (text) => describeText(String(text)),
    prepare: async (inputs) => {
      // Loads while the first texts are made ready; its error is that of the first run.
      graph.get().catch(() => {});
      const { tokenize } = await tokenizer.get();
      const errors = new Map<number, EncoderError>();
      const batch: TokenizedText[] = [];
      for (const [i, text] of inputs.entries()) {
        if (typeof text === "string") batch.push(tokenize(text));
        else errors.set(i, notAText(text));
      }
      return { errors, ...(batch.length > 0 && { batch }) };
    },
    run: async (texts) => {
      const vectors = await runInGroups(texts, {
        graph: await graph.get(),
        tokenizer: await tokenizer.get(),
        dimension,
      });
      const truncatedRows = texts.flatMap(({ isTruncated }, row) => (isTruncated ? row : []));
      return { vectors, truncatedRows };
    },
  };
  return {
    id: sha256(parts),
    encode: (items, encodeOptions) => encodeStream(items, encoder, encodeOptions),
  };
}

interface OpenedTower {
  readonly graph: OnnxGraph;
  readonly tokenizer: TextTokenizer;
  readonly dimension: number;
}

/** Texts of like length go through the graph together, so that little is filled up: `[texts, dimension]`. */
async function runInGroups(
  texts: readonly TokenizedText[],
  { graph, tokenizer, dimension }: OpenedTower,
): Promise<Float32Array> {
  const groups = groupByLength(texts.map(({ ids }) => ids.length));
  const vectors = new Float32Array(texts.length * dimension);
  const running = groups.map(async (group) => {
    const inputs = toInputs(
      group.map((i) => texts[i]).filter((text) => text !== undefined),
      tokenizer,
    );
    const rows = await graph.run(inputs);
    for (const [row, i] of group.entries()) {
      vectors.set(rows.subarray(row * dimension, (row + 1) * dimension), i * dimension);
    }
  });
  await Promise.all(running);
  return vectors;
}

function toInputs(texts: readonly TokenizedText[], tokenizer: TextTokenizer): GraphInputs {
  const { inputIds, attentionMask, length } = tokenizer.toBatch(texts);
  const dims = [texts.length, length];
  return {
    input_ids: { data: inputIds, dims },
    attention_mask: { data: attentionMask, dims },
  };
}

function notAText(value: unknown): EncoderError {
  return new EncoderError({
    code: "TEXT_INVALID",
    message: `Expected a text, found ${value === null ? "null" : `a value of type ${typeof value}`}.`,
  });
}
