import { rm, stat } from "node:fs/promises";
import { z } from "zod";
import type { ListingFacts, Modality, ShardRecord } from "./embed-facts.ts";
import { type EmbedPaths, vectorNames } from "./embed-paths.ts";
import { contentOf, type ListedItem, listedItemShape, readListing } from "./item-listing.ts";
import {
  metadataCells,
  metadataColumns,
  type ParquetColumn,
  writeParquet,
} from "./parquet-file.ts";
import { describeFiles, moveInto, writeNpyHeader } from "./seal-shard.ts";

/** The item of a row: its place in the input, and what the listing says of it. */
export interface RowItem extends ListedItem {
  readonly index: number;
}

/** What {@link RowItem} is checked by. */
export const rowItemSchema: z.ZodType<RowItem> = z.strictObject({
  index: z.int().min(0),
  ...listedItemShape,
});

/** Options of {@link sealSemblanceShard}. */
export interface SealOptions {
  readonly paths: EmbedPaths;
  readonly side: Modality;
  readonly dimension: number;
  readonly rowsPerShard: number;
  readonly columns: ListingFacts["columns"];
}

/**
 * Finishes a shard: `img_emb/img_emb_N.npy` and `metadata/image_N.parquet`, or `text_emb/` and
 * `metadata/text_N.parquet`. May be called again for a shard in which it was interrupted.
 */
export async function sealSemblanceShard(
  options: SealOptions,
  shard: number,
  rows: number,
): Promise<ShardRecord> {
  const { paths, side, dimension } = options;
  const part = paths.partOf(side, shard);
  const folder = vectorNames[side];
  const names = [`${folder}/${folder}_${shard}.npy`, `metadata/${side}_${shard}.parquet`] as const;
  // The vectors are moved last: while they are here, the shard is not finished.
  if (await exists(part.vectors)) {
    await writeNpyHeader(part.vectors, "<f4", [rows, dimension]);
    const metadata = `${part.rows}.parquet`;
    await writeMetadata(options, shard, metadata);
    await moveInto(paths.output, names[1], metadata);
    await moveInto(paths.output, names[0], part.vectors);
  }
  await rm(part.rows, { force: true });
  return { of: side, rows, files: await describeFiles(paths.output, names) };
}

async function writeMetadata(options: SealOptions, shard: number, path: string): Promise<void> {
  const { paths, side, rowsPerShard } = options;
  const contentName = side === "image" ? "path" : "text";
  const own: ParquetColumn[] = [
    { name: "row", type: "INT64" },
    { name: "index", type: "INT64" },
    { name: "id", type: "STRING" },
    { name: contentName, type: "STRING" },
  ];
  const columns = metadataColumns(own, options.columns);
  let row = shard * rowsPerShard;
  const readRows = async function* () {
    for await (const { entry } of readListing(paths.partOf(side, shard).rows, rowItemSchema)) {
      yield {
        row: BigInt(row++),
        index: BigInt(entry.index),
        id: entry.id,
        [contentName]: contentOf(entry).join(";"),
        ...metadataCells(columns, entry.metadata),
      };
    }
  };
  await writeParquet(path, [...own, ...columns], readRows());
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
