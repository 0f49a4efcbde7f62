import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type AnyIterable,
  type EncodedBatch,
  type Encoder,
  encodeItems,
  fromAnyIterable,
  type Item,
  type ItemFailure,
  withoutUndefined,
} from "@semblance/core";
import { towerOf } from "@semblance/matcher";
import { createEmbeddingWriter } from "./embedding-writer.ts";
import type { VerbTools } from "./run-verb.ts";

/** One side of what `semblance embed` writes. */
export interface EmbedItemsOptions extends Pick<VerbTools, "onProgress" | "signal"> {
  readonly encoder: Encoder;
  readonly modality: "image" | "text";
  readonly items: AnyIterable<Item>;
  /** How many items there are, where that is known. */
  readonly total?: number;
  /** The folder to write to: `img_emb/` or `text_emb/`, and `metadata/`. */
  readonly output: string;
  readonly batchSize?: number;
}

/** Writes the vectors of items and the listing of their rows; items that fail are left out. */
export async function embedItems(
  options: EmbedItemsOptions,
): Promise<{ rows: number; failures: ItemFailure[] }> {
  const { encoder, modality, items, output, batchSize, signal, total, onProgress } = options;
  const folder = modality === "image" ? "img_emb" : "text_emb";
  const vectors = join(output, folder, `${folder}_0.npy`);
  const listing = join(output, "metadata", `${modality}_0.jsonl`);
  for (const path of [vectors, listing]) await mkdir(dirname(path), { recursive: true });
  const tower = towerOf(encoder, modality);
  await using writer = await createEmbeddingWriter({ vectors, listing }, encoder.dimension);
  const failures: ItemFailure[] = [];
  const ids = new Map<number, string>();
  const encodeOptions = withoutUndefined({ onError: "skip" as const, batchSize, signal });
  for await (const batch of encodeItems(tower, rememberIds(items, ids), encodeOptions)) {
    failures.push(...batch.failures);
    await writer.write(batch.embeddings, takeIds(batch, ids));
    const unit = `${modality}s`;
    const done = writer.rows + failures.length;
    onProgress(withoutUndefined({ stage: `embedding ${unit}`, done, total, unit }));
  }
  return { rows: writer.rows, failures };
}

async function* rememberIds(items: AnyIterable<Item>, ids: Map<number, string>) {
  let index = 0;
  for await (const { id, content } of fromAnyIterable(items)) {
    ids.set(index++, id);
    yield content;
  }
}

// Ids are kept no longer than their batch is on its way.
function takeIds({ indices, failures }: EncodedBatch, ids: Map<number, string>): string[] {
  const names = Array.from(indices, (index) => ids.get(index) ?? "");
  for (const index of indices) ids.delete(index);
  for (const { index } of failures) ids.delete(index);
  return names;
}
