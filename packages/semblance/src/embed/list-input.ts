import { writeFile } from "node:fs/promises";
import {
  type AnyIterable,
  type Dataset,
  fromAnyIterable,
  type Item,
  type RunOptions,
  withoutUndefined,
} from "@semblance/core";
import { openDataset } from "@semblance/data";
import type { EmbedFacts, ListingFacts, Listings, Modality } from "./embed-facts.ts";
import type { EmbedPaths } from "./embed-paths.ts";
import { itemsFromGlobs, itemsFromLines } from "./embed-sources.ts";
import { toListedItem, writeListing } from "./item-listing.ts";
import { listPairs, listSingles } from "./list-pairs.ts";
import { endLine } from "./part-writer.ts";
import { shardRange } from "./shard-range.ts";

/** Items between checkpoints. */
export type BlockSizes = Readonly<Record<Modality, number>>;

/** Options of {@link listInput}. */
export interface ListInputOptions extends RunOptions {
  readonly facts: EmbedFacts;
  readonly paths: EmbedPaths;
  readonly blockSizes: BlockSizes;
}

/** What there is to embed. */
export interface ListedInput {
  readonly listings: Listings;
  /** Rows of a table that could not be read as items. */
  readonly failedRows: number;
}

/**
 * Writes down all there is to embed, so that work that is resumed has the same items, also where files
 * were added meanwhile.
 *
 * @throws {@link DatasetError} where there is nothing, or the data cannot be read.
 */
export async function listInput(options: ListInputOptions): Promise<ListedInput> {
  const { facts, paths, signal } = options;
  const { source } = facts;
  if (source.kind !== "data") {
    const side = source.kind === "images" ? "image" : "text";
    const items =
      source.kind === "images"
        ? itemsFromGlobs(source.patterns, { ...options, folder: paths.work })
        : itemsFromLines(source.file);
    return { listings: await listOneSide(options, side, items), failedRows: 0 };
  }
  const { columns, baseFolder, reader } = source;
  const dataset = await openDataset(
    source.file,
    withoutUndefined({
      columns,
      baseFolder: baseFolder ?? undefined,
      reader: reader ?? undefined,
      signal,
    }),
  );
  const failures = dataset.failures.map((failure) => endLine(JSON.stringify(failure)));
  await writeFile(paths.failuresOf("row"), failures.join(""));
  return { listings: await listDataset(options, dataset), failedRows: failures.length };
}

async function listOneSide(
  options: ListInputOptions,
  side: Modality,
  items: AnyIterable<Item>,
): Promise<Listings> {
  const listing = await listItems(options, side, items);
  if (options.facts.options.layout === "semblance") return { [side]: listing };
  return { [side]: listing, pair: await listSingles(options, side, listing) };
}

async function listDataset(options: ListInputOptions, dataset: Dataset): Promise<Listings> {
  if (options.facts.options.layout === "semblance") {
    return {
      image: await listItems(options, "image", dataset.items("image")),
      text: await listItems(options, "text", dataset.items("text")),
    };
  }
  const { pair, images, texts } = await listPairs(options, dataset);
  const all = (listing: ListingFacts) => ({ ...listing, start: 0, end: listing.items });
  return {
    pair,
    image: all(await listItems(options, "image", images)),
    text: all(await listItems(options, "text", texts)),
  };
}

// What is listed sooner is not worth a line.
const silentMs = 1000;

async function listItems(
  options: ListInputOptions,
  side: Modality,
  items: AnyIterable<Item>,
): Promise<ListingFacts> {
  const { facts, paths, blockSizes, signal, onProgress } = options;
  const unit = `${side}s`;
  const lines = async function* () {
    for await (const item of fromAnyIterable(items, signal)) yield toListedItem(item);
  };
  const started = performance.now();
  const listing = await writeListing(paths.listing(side), lines(), (done) => {
    if (performance.now() - started < silentMs) return;
    onProgress?.({ stage: `listing ${unit}`, done, unit });
  });
  return { ...listing, ...shardRange(listing.items, blockSizes[side], facts.options.shard) };
}
