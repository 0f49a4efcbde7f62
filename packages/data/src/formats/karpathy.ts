import { join } from "node:path";
import type { DatasetReader } from "@semblance/core";
import { elementsOf, firstId, firstText, membersOf } from "../source/json-values.ts";
import { readEnds } from "../source/read-ends.ts";
import { resolveImage } from "../table/image-references.ts";
import { createFormatReader } from "./format-reader.ts";
import { beginsWithList, type Entry, imageFolderOf, readJsonDocument } from "./json-document.ts";
import type { Reading } from "./reading.ts";

/** Options of {@link createKarpathyReader}. */
export interface KarpathyReaderOptions {
  /**
   * COCO's `restval` images, on which papers train: part of `train`, or a split of their own.
   * @defaultValue `"train"`
   */
  readonly restval?: "train" | "restval";
}

/**
 * A reader named `"karpathy"` for Karpathy's splits (`dataset_coco.json`, `dataset_flickr8k.json`,
 * `dataset_flickr30k.json`): `{ images: [{ filename, filepath?, split, imgid, cocoid?, sentences:
 * [{ raw, tokens?, sentid }] }] }`.
 *
 * The id of an image is its `cocoid` (COCO's own) where there is one, else its `imgid`; that of a
 * caption is its `sentid`, which in `dataset_coco.json` is COCO's id of the annotation. So captions and
 * judgements of COCO from other files fit. The path is `filepath/filename`; a caption without `raw` is
 * its `tokens`, joined by spaces.
 *
 * The document is read as a whole: see {@link readJson}. An entry that cannot be used is one failure:
 * `INVALID_ENTRY` (no file name or no id), `EMPTY_CELL` (a caption without words) or `ID_CONFLICT`.
 *
 * @see Karpathy and Fei-Fei 2015, https://cs.stanford.edu/people/karpathy/deepimagesent
 */
export function createKarpathyReader(options: KarpathyReaderOptions = {}): DatasetReader {
  const { restval = "train" } = options;
  return createFormatReader({
    name: "karpathy",
    async sniff(source) {
      const beginning = (await readEnds(source))?.beginning ?? "";
      return beginsWithList(beginning, "images") && /"sent(?:ence|id)s"\s*:/.test(beginning);
    },
    async read(source, reading, readOptions) {
      const images = [...(await readJsonDocument(source, readOptions)).entriesOf("images")];
      const paths = images.slice(0, 3).map(({ members }) => pathOf(members));
      const folder = await imageFolderOf(source, readOptions, paths);
      for (const image of images) addImage(image, { reading, folder, restval });
    },
  });
}

interface Adding {
  readonly reading: Reading;
  readonly folder: string;
  readonly restval: string;
}

function addImage({ place, members }: Entry, { reading, folder, restval }: Adding): void {
  const path = pathOf(members);
  const id = firstId(members.cocoid, members.imgid);
  if (path === undefined || id === undefined) {
    const message = "expected an image with a filename, and an imgid or cocoid.";
    reading.fail(place, { code: "INVALID_ENTRY", message });
    return;
  }
  const named = firstText(members.split);
  const split = named === "restval" ? restval : named;
  const splits = split === undefined ? [] : [split];
  const content = [resolveImage(path, folder)];
  if (!reading.addItem("image", { id, content, splits }, place)) return;
  for (const [index, value] of (elementsOf(members.sentences) ?? []).entries()) {
    const where = `${place.where}.sentences[${index}]`;
    const sentence = { place: { index: place.index, where, input: value }, image: id, split };
    addSentence({ ...sentence, members: membersOf(value) ?? {}, index, reading });
  }
}

interface Sentence extends Entry {
  readonly image: string;
  readonly split: string | undefined;
  /** Its number among those of the image. */
  readonly index: number;
  readonly reading: Reading;
}

function addSentence({ place, members, image, split, index, reading }: Sentence): void {
  const caption = captionOf(members);
  if (caption === undefined) {
    reading.fail(place, { code: "EMPTY_CELL", message: "the caption is empty." });
    return;
  }
  const id = firstId(members.sentid) ?? `${image}#${index}`;
  const splits = split === undefined ? [] : [split];
  if (reading.addItem("text", { id, content: [caption], splits }, place)) {
    reading.judge({ text: id, image, split });
  }
}

function pathOf(image: Entry["members"]): string | undefined {
  const name = firstText(image.filename);
  return name === undefined ? undefined : join(firstText(image.filepath) ?? "", name);
}

function captionOf(sentence: Entry["members"]): string | undefined {
  const tokens = elementsOf(sentence.tokens)?.filter((token) => typeof token === "string");
  return firstText(sentence.raw, tokens?.join(" "));
}
