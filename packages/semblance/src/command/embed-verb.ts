import { type Dataset, DatasetError, type ItemFailure, withoutUndefined } from "@semblance/core";
import { openDataset } from "@semblance/data";
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
import { type EmbedItemsOptions, embedItems } from "./embed-items.ts";
import { itemsFromGlobs, itemsFromLines } from "./embed-sources.ts";
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

async function runEmbed(options: EmbedOptions, tools: VerbTools): Promise<VerbResult> {
  const { python, dtype, output, batchSize } = options;
  const { onProgress, signal } = tools;
  const provider = createModelProvider({ python, dtype });
  const { encoder } = await provider.open(options.model, { onProgress, signal });
  await using _ = encoder;
  const { sides, failures } = await openSides(options);
  const written: Record<string, number> = {};
  for (const side of sides) {
    const result = await embedItems(
      withoutUndefined({ encoder, ...side, output, batchSize, onProgress, signal }),
    );
    written[`${side.modality}s`] = result.rows;
    failures.push(...result.failures);
  }
  const { dimension } = encoder;
  const rows = Object.values(written).reduce((sum, count) => sum + count, 0);
  if (rows === 0) throw nothingEmbedded(options, failures);
  const counts = Object.entries(written).map(([name, count]) => `${count} ${name}`);
  return {
    document: { output, dimension, ...written },
    text: `Wrote ${counts.join(" and ")} (${dimension} dimensions) to ${output}.`,
    failures,
  };
}

interface Sides {
  readonly sides: readonly Pick<EmbedItemsOptions, "modality" | "items" | "total">[];
  readonly failures: ItemFailure[];
}

async function openSides(options: EmbedOptions): Promise<Sides> {
  const { data, images = [], texts, columns, baseFolder } = options;
  if (data !== undefined) {
    const dataset = await openDataset(data, withoutUndefined({ columns, baseFolder }));
    const sides = await Promise.all([sideOf(dataset, "image"), sideOf(dataset, "text")]);
    return { sides, failures: [...dataset.failures] };
  }
  if (texts !== undefined) {
    return { sides: [{ modality: "text", items: itemsFromLines(texts) }], failures: [] };
  }
  const items = await itemsFromGlobs(images);
  return { sides: [{ modality: "image", items, total: items.length }], failures: [] };
}

async function sideOf(dataset: Dataset, modality: "image" | "text") {
  let total = 0;
  for await (const _ of dataset.items(modality)) total++;
  return { modality, items: dataset.items(modality), total };
}

function nothingEmbedded({ texts }: EmbedOptions, failures: readonly ItemFailure[]): DatasetError {
  const [first] = failures;
  if (first) {
    return new DatasetError({
      code: "NOTHING_EMBEDDED",
      message: `None of ${failures.length} items could be embedded. The first: ${first.message}`,
      fix: "Check the paths, and that the files are images.",
      failures,
    });
  }
  return new DatasetError({
    code: "NOTHING_TO_EMBED",
    message: `${texts ?? "The data"} has no line with a text.`,
    fix: "Give a text file with one text per line.",
  });
}
