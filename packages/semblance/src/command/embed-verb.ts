import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type AnyIterable,
  encodeItems,
  type Item,
  type ItemFailure,
  type OpenedModel,
  withoutUndefined,
} from "@semblance/core";
import { openDataset } from "@semblance/data";
import { towerOf } from "@semblance/matcher";
import type { Command } from "commander";
import { createModelProvider } from "../create-model-provider.ts";
import {
  addDataOptions,
  addModelOptions,
  addOutputOptions,
  type DataOptions,
  type ModelOptions,
  type SeedOptions,
} from "./common-options.ts";
import { itemsFromGlobs, itemsFromLines } from "./embed-sources.ts";
import { createEmbeddingWriter } from "./embedding-writer.ts";
import { runVerb, type VerbContext, type VerbResult, type VerbTools } from "./run-verb.ts";

interface EmbedOptions extends SeedOptions, DataOptions, ModelOptions {
  readonly model: string;
  readonly data?: string;
  readonly images?: string[];
  readonly texts?: string;
  readonly output: string;
}

/** `semblance embed`: vectors of images and texts as `.npy`, with a listing of their rows. */
export function addEmbedVerb(program: Command, context: VerbContext): void {
  const verb = program
    .command("embed")
    .description("write the vectors of images and texts as .npy, with a listing of the rows")
    .requiredOption("-m, --model <model>", "a model folder, a checkpoint folder or a RUN")
    .option("-d, --data <table>", "the images and texts of a table")
    .option("--images <globs...>", "image files")
    .option("--texts <file>", "one text per line")
    .requiredOption("-o, --output <folder>", "where to write");
  addModelOptions(addDataOptions(addOutputOptions(verb)));
  verb.action(async (options: EmbedOptions) => {
    const sources = [options.data, options.images, options.texts].filter(
      (source) => source !== undefined,
    );
    if (sources.length !== 1) verb.error("error: give one of --data, --images and --texts");
    await runVerb(context, options, (tools) => runEmbed(options, tools));
  });
}

type Modality = "image" | "text";

async function runEmbed(options: EmbedOptions, tools: VerbTools): Promise<VerbResult> {
  const { python, dtype, output } = options;
  const { onProgress, signal } = tools;
  const model = await createModelProvider({ python, dtype }).open(options.model, {
    onProgress,
    signal,
  });
  await using _ = model.encoder;
  const sides = await openSides(options);
  const failures: ItemFailure[] = [...sides.failures];
  const written: Record<string, number> = {};
  for (const [modality, items] of sides.items) {
    const result = await embedSide({ model, modality, items, options, tools });
    written[`${modality}s`] = result.rows;
    failures.push(...result.failures);
  }
  const rows = Object.values(written).reduce((sum, count) => sum + count, 0);
  const counts = Object.entries(written).map(([name, count]) => `${count} ${name}`);
  return {
    document: { output, dimension: model.encoder.dimension, ...written },
    text: `Wrote ${counts.join(" and ")} (${model.encoder.dimension} dimensions) to ${output}.`,
    failures,
    exitCode: rows > 0 ? 0 : 1,
  };
}

interface Sides {
  readonly items: readonly (readonly [Modality, AnyIterable<Item>])[];
  readonly failures: readonly ItemFailure[];
}

async function openSides(options: EmbedOptions): Promise<Sides> {
  const { data, images, texts, columns, baseFolder } = options;
  if (data !== undefined) {
    const dataset = await openDataset(data, withoutUndefined({ columns, baseFolder }));
    const items = (["image", "text"] as const).map((side) => [side, dataset.items(side)] as const);
    return { items, failures: dataset.failures };
  }
  if (texts !== undefined) return { items: [["text", itemsFromLines(texts)]], failures: [] };
  return { items: [["image", await itemsFromGlobs(images ?? [])]], failures: [] };
}

interface EmbedSideOptions {
  readonly model: OpenedModel;
  readonly modality: Modality;
  readonly items: AnyIterable<Item>;
  readonly options: EmbedOptions;
  readonly tools: VerbTools;
}

async function embedSide(side: EmbedSideOptions) {
  const { model, modality, items, options, tools } = side;
  const folder = modality === "image" ? "img_emb" : "text_emb";
  const paths = {
    vectors: join(options.output, folder, `${folder}_0.npy`),
    listing: join(options.output, "metadata", `${modality}_0.jsonl`),
  };
  await mkdir(join(options.output, folder), { recursive: true });
  await mkdir(join(options.output, "metadata"), { recursive: true });
  await using writer = await createEmbeddingWriter(paths, model.encoder.dimension);
  const failures: ItemFailure[] = [];
  const ids: string[] = [];
  const contents = rememberIds(items, ids);
  const { batchSize } = options;
  const batches = encodeItems(
    towerOf(model.encoder, modality),
    contents,
    withoutUndefined({ onError: "skip" as const, batchSize, signal: tools.signal }),
  );
  for await (const batch of batches) {
    failures.push(...batch.failures);
    const names = Array.from(batch.indices, (index) => ids[index] ?? "");
    await writer.write(batch.embeddings, names);
    tools.onProgress({ stage: `embedding ${modality}s`, done: writer.rows, unit: `${modality}s` });
  }
  return { rows: writer.rows, failures };
}

async function* rememberIds(items: AnyIterable<Item>, ids: string[]) {
  for await (const { id, content } of items) {
    ids.push(id);
    yield content;
  }
}
