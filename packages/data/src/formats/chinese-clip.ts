import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { DatasetReader } from "@semblance/core";
import { elementsOf, firstId, firstText } from "../source/json-values.ts";
import { prefixesIn } from "../source/list-folder.ts";
import { unpackImages } from "./base64-images.ts";
import { createFormatReader, type FormatOptions } from "./format-reader.ts";
import type { Entry } from "./json-document.ts";
import { readJsonLineEntries } from "./json-line-entries.ts";
import type { Reading } from "./reading.ts";

/** Options of {@link createChineseClipReader}. */
export interface ChineseClipReaderOptions {
  /** Where images are unpacked. @defaultValue `unpacked` in the user's cache folder */
  readonly cacheFolder?: string;
}

const textsEnd = "_texts.jsonl";
const imagesEnd = "_imgs.tsv";

/**
 * A reader named `"chinese-clip"` for the format of Chinese-CLIP and MUGE: `test_imgs.tsv` with an id, a
 * tab and an image in base64 a line, and `test_texts.jsonl` with `{ text_id, text, image_ids }` a line.
 * The source is a folder with such files or one `…_texts.jsonl`.
 *
 * A split is named as its files begin. Ids are the split's and the file's, `test/1008`, since files of
 * several splits may count alike; `image_id` and `text_id` are in the metadata. A text without
 * `image_ids` is kept, without a judgement.
 *
 * Files are streamed, and images unpacked one by one, on first use, into a folder of the user's cache.
 * A line that cannot be used is one failure: `INVALID_LINE`, `EMPTY_CELL`, `ITEM_NOT_FOUND` (an image
 * that is not there) or `ID_CONFLICT`.
 *
 * @see https://github.com/OFA-Sys/Chinese-CLIP#datasets
 */
export function createChineseClipReader(options: ChineseClipReaderOptions = {}): DatasetReader {
  return createFormatReader({
    name: "chinese-clip",
    sniff: async (source) => (await findSplits(source)).splits.length > 0,
    async read(source, reading, readOptions) {
      const { folder, splits } = await findSplits(source);
      for (const split of splits) {
        await readSplit({ folder, split, reading, options: { ...readOptions, ...options } });
      }
    },
  });
}

async function findSplits(source: string): Promise<{ folder: string; splits: string[] }> {
  const isFile = source.endsWith(textsEnd);
  const folder = isFile ? dirname(source) : source;
  const splits: string[] = [];
  for (const split of await prefixesIn(folder, textsEnd)) {
    const isAsked = !isFile || basename(source) === `${split}${textsEnd}`;
    const hasImages = await stat(join(folder, `${split}${imagesEnd}`)).catch(() => undefined);
    if (isAsked && hasImages) splits.push(split);
  }
  return { folder, splits };
}

interface SplitToRead {
  readonly folder: string;
  readonly split: string;
  readonly reading: Reading;
  readonly options: FormatOptions & ChineseClipReaderOptions;
}

async function readSplit({ folder, split, reading, options }: SplitToRead): Promise<void> {
  for await (const image of unpackImages(join(folder, `${split}${imagesEnd}`), options)) {
    const { place } = image;
    if ("problem" in image) {
      reading.fail(place, image.problem);
      continue;
    }
    const id = `${split}/${image.id}`;
    const metadata = { image_id: image.id };
    reading.addItem("image", { id, content: [image.path], metadata, splits: [split] }, place);
  }
  for await (const entry of readJsonLineEntries(join(folder, `${split}${textsEnd}`), options)) {
    addText(entry, split, reading);
  }
}

function addText({ place, members }: Entry, split: string, reading: Reading): void {
  const textId = firstId(members.text_id);
  const images = elementsOf(members.image_ids)?.map((id) => firstId(id));
  const caption = firstText(members.text);
  if (textId === undefined || images === undefined) {
    const message = "expected an object with text_id, text and image_ids.";
    reading.fail(place, { code: "INVALID_LINE", message });
    return;
  }
  if (caption === undefined) {
    reading.fail(place, { code: "EMPTY_CELL", message: "the text is empty." });
    return;
  }
  const text = `${split}/${textId}`;
  const item = { id: text, content: [caption], metadata: { text_id: textId }, splits: [split] };
  if (!reading.addItem("text", item, place)) return;
  for (const imageId of images) {
    const image = `${split}/${imageId}`;
    if (reading.has("image", image)) reading.judge({ text, image, split });
    else reading.fail(place, { code: "ITEM_NOT_FOUND", message: `there is no image ${imageId}.` });
  }
}
