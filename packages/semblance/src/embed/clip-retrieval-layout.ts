import { join } from "node:path";
import type { RunOptions } from "@semblance/core";
import type { Listings, ShardRecord } from "./embed-facts.ts";
import type { EmbedPaths } from "./embed-paths.ts";
import { inPortions } from "./in-portions.ts";
import { readListing } from "./item-listing.ts";
import { type Pair, pairSchema } from "./list-pairs.ts";
import { openPairedVectors, type PairedVectors } from "./paired-vectors.ts";
import {
  metadataCells,
  metadataColumns,
  type ParquetColumn,
  writeParquet,
} from "./parquet-file.ts";
import { describeFiles, moveInto } from "./seal-shard.ts";

/** Options of {@link writeClipRetrieval}. */
export interface ClipRetrievalOptions extends RunOptions {
  readonly paths: EmbedPaths;
  readonly listings: Listings;
  readonly dimension: number;
  readonly rowsPerShard: number;
}

/**
 * Writes paired rows as clip-retrieval's `clip_inference` does: row `r` of `img_emb/img_emb_N.npy`, of
 * `text_emb/text_emb_N.npy` (float16 both) and of `metadata/metadata_N.parquet` (`image_path`,
 * `caption`) are one pair. Where one of the two failed the pair is left out.
 *
 * @see https://github.com/rom1504/clip-retrieval/blob/main/clip_retrieval/clip_inference/writer.py
 */
export async function writeClipRetrieval(options: ClipRetrievalOptions): Promise<ShardRecord[]> {
  const sides: PairedVectors[] = [];
  try {
    for (const side of ["image", "text"] as const) {
      const listing = options.listings[side];
      if (listing) sides.push(await openPairedVectors({ ...options, side, listing }));
    }
    return await writeShards(options, sides);
  } finally {
    for (const side of sides) side[Symbol.dispose]();
  }
}

async function writeShards(
  options: ClipRetrievalOptions,
  sides: readonly PairedVectors[],
): Promise<ShardRecord[]> {
  const pairs = inPortions(readComplete(options, sides));
  const shards: ShardRecord[] = [];
  do {
    const portion = pairs.take(options.rowsPerShard);
    shards.push(await writeShard(options, { sides, number: shards.length, pairs: portion }));
  } while (await pairs.hasMore());
  return shards;
}

async function* readComplete(
  { paths, listings, signal, onProgress }: ClipRetrievalOptions,
  sides: readonly PairedVectors[],
): AsyncGenerator<Pair, void, undefined> {
  const total = listings.pair?.items ?? 0;
  let done = 0;
  for await (const { entry } of readListing(paths.listing("pair"), pairSchema)) {
    signal?.throwIfAborted();
    onProgress?.({ stage: "pairing rows", done: ++done, total, unit: "pairs" });
    if (sides.every((side) => side.has(entry))) yield entry;
  }
}

interface PairedShard {
  readonly sides: readonly PairedVectors[];
  readonly number: number;
  readonly pairs: AsyncIterable<Pair>;
}

async function writeShard(
  options: ClipRetrievalOptions,
  { sides, number, pairs }: PairedShard,
): Promise<ShardRecord> {
  const { paths, listings } = options;
  const digits = String(number).padStart(digitsOf(options), "0");
  const own = sides.map(({ side }): ParquetColumn => {
    return { name: side === "image" ? "image_path" : "caption", type: "STRING" };
  });
  const columns = metadataColumns(own, listings.pair?.columns ?? {});
  const files = await Promise.all(sides.map((side) => side.beginFile()));
  let rows = 0;
  const readRows = async function* () {
    for await (const pair of pairs) {
      for (const file of files) await file.append(pair);
      rows++;
      const { image_path = "", caption = "", metadata } = pair;
      yield { image_path, caption, ...metadataCells(columns, metadata) };
    }
  };
  const draft = join(paths.work, "metadata.parquet");
  await writeParquet(draft, [...own, ...columns], readRows());
  const names = [`metadata/metadata_${digits}.parquet`];
  await moveInto(paths.output, `metadata/metadata_${digits}.parquet`, draft);
  for (const file of files) names.push(await file.finish(digits));
  return { of: "pair", rows, files: await describeFiles(paths.output, names.sort()) };
}

// clip-retrieval numbers files with as many digits as the number of files has.
function digitsOf({ listings, rowsPerShard }: ClipRetrievalOptions): number {
  return String(Math.max(1, Math.ceil((listings.pair?.items ?? 0) / rowsPerShard))).length;
}
