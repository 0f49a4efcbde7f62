import type { DatasetReader } from "@semblance/core";
import { firstId, firstText } from "../source/json-values.ts";
import { readEnds } from "../source/read-ends.ts";
import { resolveImage } from "../table/image-references.ts";
import { createFormatReader } from "./format-reader.ts";
import { beginsWithList, type Entry, imageFolderOf, readJsonDocument } from "./json-document.ts";
import type { Reading } from "./reading.ts";

/**
 * A reader named `"coco"` for COCO's captions (`captions_val2014.json`): `{ images: [{ id, file_name }],
 * annotations: [{ id, image_id, caption }] }`. Ids are COCO's. An image without a caption is in the
 * gallery; there are no splits.
 *
 * The document is read as a whole: see {@link readJson}. An entry that cannot be used is one failure:
 * `INVALID_ENTRY` (no id or no file name), `EMPTY_CELL` (a caption without words), `ITEM_NOT_FOUND` (a
 * caption of an image that is not listed) or `ID_CONFLICT`.
 *
 * @see https://cocodataset.org/#format-data
 */
export function createCocoReader(): DatasetReader {
  return createFormatReader({
    name: "coco",
    async sniff(source) {
      const { beginning = "", end = "" } = (await readEnds(source)) ?? {};
      const ends = beginning + end;
      const hasLists = ["images", "annotations"].some((key) => beginsWithList(beginning, key));
      // Annotations without captions are those of objects, which are no texts.
      return hasLists && /"file_name"\s*:/.test(ends) && /"caption"\s*:/.test(ends);
    },
    async read(source, reading, options) {
      const document = await readJsonDocument(source, options);
      const images = [...document.entriesOf("images")];
      const paths = images.slice(0, 3).map(({ members }) => firstText(members.file_name));
      const folder = await imageFolderOf(source, options, paths);
      for (const image of images) addImage(image, reading, folder);
      for (const annotation of document.entriesOf("annotations")) addCaption(annotation, reading);
    },
  });
}

function addImage({ place, members }: Entry, reading: Reading, folder: string): void {
  const id = firstId(members.id);
  const name = firstText(members.file_name);
  if (id === undefined || name === undefined) {
    const message = "expected an image with an id and a file_name.";
    reading.fail(place, { code: "INVALID_ENTRY", message });
    return;
  }
  reading.addItem("image", { id, content: [resolveImage(name, folder)] }, place);
}

function addCaption({ place, members }: Entry, reading: Reading): void {
  const id = firstId(members.id);
  const image = firstId(members.image_id);
  const caption = firstText(members.caption);
  if (id === undefined || image === undefined) {
    const message = "expected an annotation with an id and an image_id.";
    reading.fail(place, { code: "INVALID_ENTRY", message });
  } else if (caption === undefined) {
    reading.fail(place, { code: "EMPTY_CELL", message: "the caption is empty." });
  } else if (!reading.has("image", image)) {
    const message = `no image has the id ${image}.`;
    reading.fail(place, { code: "ITEM_NOT_FOUND", message });
  } else if (reading.addItem("text", { id, content: [caption] }, place)) {
    reading.judge({ text: id, image });
  }
}
