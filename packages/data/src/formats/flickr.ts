import { dirname, extname } from "node:path";
import { DatasetError, type DatasetReader } from "@semblance/core";
import { readFirstLine } from "../source/read-ends.ts";
import { readLines, type TextLine } from "../source/read-lines.ts";
import { resolveImage } from "../table/image-references.ts";
import { findImageFolder } from "./find-image-folder.ts";
import { type CaptionLine, lineFormatOf } from "./flickr-lines.ts";
import { readFlickrSplits } from "./flickr-splits.ts";
import { createFormatReader, type FormatOptions } from "./format-reader.ts";
import type { Place, Reading } from "./reading.ts";

/**
 * A reader named `"flickr"` for lists of captions of Flickr8k and Flickr30k, streamed line by line:
 *
 * - token files (`Flickr8k.token.txt`, `results_20130124.token`): `name.jpg#0`, a tab, the caption;
 * - Flickr30k's `results.csv`: `image_name| comment_number| comment`;
 * - `captions.txt` with the header `image,caption`, where a caption may hold commas that are not
 *   quoted. The same in a `.csv` is a table, for the table's reader.
 *
 * The id of an image is its name, that of a caption `name.jpg#0`, with the number that stands there or
 * is counted. Splits are those of Flickr8k's lists (`Flickr_8k.trainImages.txt`, `…devImages.txt`,
 * `…testImages.txt`) where they lie beside the file.
 *
 * A line that cannot be used is one failure: `INVALID_LINE`, `EMPTY_CELL` or `ID_CONFLICT`.
 *
 * @see Hodosh, Young and Hockenmaier 2013, doi:10.1613/jair.3994; Young et al. 2014,
 * doi:10.1162/tacl_a_00166
 */
export function createFlickrReader(): DatasetReader {
  return createFormatReader({
    name: "flickr",
    async sniff(source) {
      const firstLine = (await readFirstLine(source)) ?? "";
      const isTable = extname(source).toLowerCase() === ".csv" && !firstLine.includes("|");
      return !isTable && lineFormatOf(firstLine) !== undefined;
    },
    read: readCaptions,
  });
}

async function readCaptions(
  source: string,
  reading: Reading,
  options: FormatOptions,
): Promise<void> {
  const format = lineFormatOf((await readFirstLine(source)) ?? "");
  const splitOf = await readFlickrSplits(dirname(source));
  const counts = new Map<string, number>();
  let index = format?.hasHeader ? -1 : 0;
  let folder: string | undefined;
  for await (const line of readLines(source, options)) {
    if (line.text.trim() === "") continue;
    if (format === undefined) throw unknownLines(source, line);
    const place = { index: index++, where: `${source}:${line.line}`, input: line.text };
    if (place.index < 0) continue;
    const found = format.parse(line.text);
    if (found === undefined) {
      reading.fail(place, { code: "INVALID_LINE", message: `expected ${format.pattern}.` });
      continue;
    }
    const { image } = found;
    const number = found.number ?? String(counts.get(image) ?? 0);
    counts.set(image, (counts.get(image) ?? 0) + 1);
    folder ??= await findImageFolder({ ...options, folder: dirname(source), paths: [image] });
    const caption = {
      ...found,
      number,
      path: resolveImage(image, folder),
      split: splitOf.get(image),
    };
    addCaption(caption, place, reading);
  }
}

interface FoundCaption extends Required<CaptionLine> {
  readonly path: string;
  readonly split: string | undefined;
}

function addCaption(found: FoundCaption, place: Place, reading: Reading): void {
  const { image, caption, number, path, split } = found;
  if (caption.trim() === "") {
    reading.fail(place, { code: "EMPTY_CELL", message: "the caption is empty." });
    return;
  }
  const splits = split === undefined ? [] : [split];
  const text = `${image}#${number}`;
  reading.addItem("image", { id: image, content: [path], splits }, place);
  if (reading.addItem("text", { id: text, content: [caption], splits }, place)) {
    reading.judge({ text, image, split });
  }
}

function unknownLines(file: string, { line, text }: TextLine): DatasetError {
  return new DatasetError({
    code: "UNKNOWN_FORMAT",
    message: `${file}:${line}: ${JSON.stringify(text.slice(0, 80))} begins no list of captions.`,
    fix: 'Expected "name.jpg#0", a tab, a caption; or the header image,caption, or that of results.csv.',
    position: { file, line },
  });
}
