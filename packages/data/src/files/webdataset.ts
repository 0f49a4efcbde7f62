import type { DatasetReader } from "@semblance/core";
import { createFormatReader } from "../formats/format-reader.ts";
import type { Place, Reading } from "../formats/reading.ts";
import { sizeOf } from "../source/read-text-blocks.ts";
import { type DataFile, findShards } from "./find-shards.ts";
import { readShard, type ShardSample } from "./shard-samples.ts";

/** Options of {@link createWebdatasetReader}. */
export interface WebdatasetReaderOptions {
  /** Where images are unpacked. @defaultValue `unpacked` in the user's cache folder */
  readonly cacheFolder?: string;
}

/**
 * A reader named `"webdataset"` for tar archives of images and captions: one, a pattern such as
 * `test-{000..012}.tar`, or a folder with archives, also in folders in it. They may be in gzip.
 *
 * Files that share a name up to its first dot and stand next to each other are a sample: pictures, and
 * captions in a `.txt`, one a line, or in a `.json` as `caption`, `captions` or `text`, whose other
 * members of one value become metadata. The id of an image is its key, that of a caption `key#0`, both
 * behind the split, `test/000017`, where the archive's name or folder names one.
 *
 * Pictures are unpacked, archive by archive, into a folder of the user's cache, once: that takes as much
 * disk again as the archives. A sample without a picture or without a caption is a failure
 * (`INVALID_ENTRY`), and so is one whose key another archive has (`ID_CONFLICT`).
 *
 * @see https://github.com/webdataset/webdataset
 */
export function createWebdatasetReader(options: WebdatasetReaderOptions = {}): DatasetReader {
  return createFormatReader({
    name: "webdataset",
    sniff: async (source) => (await findShards(source)).length > 0,
    async read(source, reading, readOptions) {
      const shards = await findShards(source);
      // Reading says what is wrong with it.
      if (shards.length === 0) shards.push({ path: source, split: undefined });
      for (const shard of shards) {
        await sizeOf(shard.path);
        let index = 0;
        for await (const sample of readShard(shard.path, { ...readOptions, ...options })) {
          addSample(sample, { shard, index: index++, reading });
        }
      }
    },
  });
}

interface Adding {
  readonly shard: DataFile;
  readonly index: number;
  readonly reading: Reading;
}

function addSample(sample: ShardSample, { shard, index, reading }: Adding): void {
  const { key, images, captions, metadata } = sample;
  const { path, split } = shard;
  const place: Place = { index, where: `${path}, ${key}`, input: key };
  if (images.length === 0 || captions.length === 0) {
    const message = `the sample has no ${images.length === 0 ? "picture" : "caption"}.`;
    reading.fail(place, { code: "INVALID_ENTRY", message });
    return;
  }
  const id = split === undefined ? key : `${split}/${key}`;
  const splits = split === undefined ? [] : [split];
  if (!reading.addItem("image", { id, content: images, metadata, splits }, place)) return;
  for (const [number, caption] of captions.entries()) {
    const text = { id: `${id}#${number}`, content: [caption], metadata, splits };
    if (reading.addItem("text", text, place)) reading.judge({ text: text.id, image: id, split });
  }
}
