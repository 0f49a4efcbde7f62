import { type Dataset, type Item, type Metadata, withoutUndefined } from "@semblance/core";
import { z } from "zod";
import type { EmbedFacts, ListingFacts, Modality } from "./embed-facts.ts";
import type { EmbedPaths } from "./embed-paths.ts";
import {
  contentOf,
  listedItemSchema,
  listedItemShape,
  readListing,
  writeListing,
} from "./item-listing.ts";
import { shardRange } from "./shard-range.ts";

/** A row of clip-retrieval's layout: numbers of items in the listings, and what its metadata says. */
export interface Pair {
  readonly image?: number | undefined;
  readonly text?: number | undefined;
  readonly image_path?: string | undefined;
  readonly caption?: string | undefined;
  readonly metadata?: Metadata | undefined;
}

/** What {@link Pair} is checked by. */
export const pairSchema: z.ZodType<Pair> = z.strictObject({
  image: z.int().min(0).optional(),
  text: z.int().min(0).optional(),
  image_path: z.string().optional(),
  caption: z.string().optional(),
  metadata: listedItemShape.metadata,
});

interface ListPairsOptions {
  readonly facts: EmbedFacts;
  readonly paths: EmbedPaths;
}

/** This machine's pairs, and the items that they need, each once, in order of first appearance. */
export interface ListedPairs {
  readonly pair: ListingFacts;
  readonly images: readonly Item[];
  readonly texts: readonly Item[];
}

/** Lists the pairs of images and texts that belong together, in order of first appearance. */
export async function listPairs(options: ListPairsOptions, dataset: Dataset): Promise<ListedPairs> {
  const relevant: { readonly image: string; readonly text: string }[] = [];
  for await (const judgement of dataset.judgements()) {
    if (judgement.relevance > 0) relevant.push(judgement);
  }
  const { start, end } = shardRange(relevant.length, 1, options.facts.options.shard);
  const images = await createNumbering(dataset, "image");
  const texts = await createNumbering(dataset, "text");
  const readPairs = async function* () {
    for (const pair of relevant.slice(start, end)) {
      const image = images.number(pair.image);
      const text = texts.number(pair.text);
      if (image !== undefined && text !== undefined) yield toPair(image, text);
    }
  };
  const listing = await writeListing(options.paths.listing("pair"), readPairs());
  const pair = { ...listing, start: 0, end: listing.items };
  return { pair, images: images.numbered, texts: texts.numbered };
}

interface NumberedItem {
  readonly number: number;
  readonly item: Item;
}

interface Numbering {
  /** In order of their numbers. */
  readonly numbered: readonly Item[];
  number(id: string): NumberedItem | undefined;
}

async function createNumbering(dataset: Dataset, side: Modality): Promise<Numbering> {
  const items = new Map<string, Item>();
  for await (const item of dataset.items(side)) items.set(item.id, item);
  const numbers = new Map<string, number>();
  const numbered: Item[] = [];
  return {
    numbered,
    number(id) {
      const item = items.get(id);
      if (item === undefined) return undefined;
      const number = numbers.get(id) ?? numbered.push(item) - 1;
      numbers.set(id, number);
      return { number, item };
    },
  };
}

function toPair(image: NumberedItem, text: NumberedItem): Pair {
  return {
    image: image.number,
    text: text.number,
    image_path: image.item.content.join(";"),
    caption: text.item.content.join(";"),
    ...metadataOf({ ...image.item.metadata, ...text.item.metadata }),
  };
}

function metadataOf(metadata: Metadata): { metadata?: Metadata } {
  return Object.keys(metadata).length === 0 ? {} : { metadata };
}

/** Lists this machine's share of images or texts that stand alone, as rows. */
export async function listSingles(
  { paths }: ListPairsOptions,
  side: Modality,
  { start, end }: ListingFacts,
): Promise<ListingFacts> {
  const readRows = async function* (): AsyncGenerator<Pair, void, undefined> {
    let number = 0;
    for await (const { entry } of readListing(paths.listing(side), listedItemSchema)) {
      if (number >= end) return;
      const content = contentOf(entry).join(";");
      const named = side === "image" ? { image_path: content } : { caption: content };
      const { metadata } = entry;
      if (number >= start) yield withoutUndefined({ [side]: number, ...named, metadata });
      number++;
    }
  };
  const listing = await writeListing(paths.listing("pair"), readRows());
  return { ...listing, start: 0, end: listing.items };
}
