import { basename, dirname, join } from "node:path";
import type { DatasetError, DatasetReader } from "@semblance/core";
import { prefixesIn } from "../source/list-folder.ts";
import { readLines } from "../source/read-lines.ts";
import { createTableError } from "../source/table-error.ts";
import { createFormatReader, type FormatOptions } from "./format-reader.ts";
import type { Place, Problem, Reading } from "./reading.ts";
import { readIdMapping } from "./vse-paths.ts";

const captionsEnd = "_caps.txt";

/** Captions per image where there are fewer ids than captions. */
const captionsPerImage = 5;

/**
 * A reader named `"vse"` for the lists of VSE++, SCAN and their successors: `test_caps.txt` with a
 * caption a line and `test_ids.txt` with the id of its image: on the same line where both have as many
 * lines, else for 5 captions in turn. `id_mapping.json` beside them, or in the folder above, gives the
 * path of each id; without it the ids must be paths.
 *
 * The source is such a folder, one that holds it as `precomp`, or one `…_caps.txt`. A split is named as
 * its file begins; a caption's id is the split and the line's number from 0, `test#0`. Captions are
 * trimmed. A line that cannot be used is one failure: `EMPTY_CELL` or `ITEM_NOT_FOUND` (an id without a
 * path).
 *
 * `read` throws a {@link DatasetError} `CAPTION_COUNT` when the lines do not fit together, or
 * `MAPPING_NOT_FOUND`.
 *
 * @see Faghri et al. 2018, arXiv:1707.05612; Lee et al. 2018, arXiv:1803.08024; Chen et al. 2021,
 * arXiv:2011.04305 (which added ids and mapping)
 */
export function createVseReader(): DatasetReader {
  return createFormatReader({
    name: "vse",
    sniff: async (source) => (await findLists(source)) !== undefined,
    async read(source, reading, options) {
      const found = await findLists(source);
      const { folder, splits } = found ?? { folder: source, splits: [] };
      for (const split of splits) await readSplit({ folder, split, reading, options });
    },
  });
}

interface Lists {
  readonly folder: string;
  readonly splits: readonly string[];
}

async function findLists(source: string): Promise<Lists | undefined> {
  if (source.endsWith(captionsEnd)) {
    const folder = dirname(source);
    const split = basename(source).slice(0, -captionsEnd.length);
    return (await prefixesIn(folder, captionsEnd)).includes(split)
      ? { folder, splits: [split] }
      : undefined;
  }
  for (const folder of [source, join(source, "precomp")]) {
    const splits = await prefixesIn(folder, captionsEnd);
    if (splits.length > 0) return { folder, splits };
  }
  return undefined;
}

interface SplitToRead {
  readonly folder: string;
  readonly split: string;
  readonly reading: Reading;
  readonly options: FormatOptions;
}

async function readSplit({ folder, split, reading, options }: SplitToRead): Promise<void> {
  const file = join(folder, `${split}${captionsEnd}`);
  const captions = await readAll(file, options);
  const ids = await readAll(join(folder, `${split}_ids.txt`), options);
  if (captions.length === 0 && ids.length === 0) return;
  const perImage = ids.length === captions.length ? 1 : captionsPerImage;
  if (ids.length * perImage !== captions.length) {
    throw miscounted(file, captions.length, ids.length);
  }
  const pathOf = await readIdMapping(folder, ids[0] ?? "", options);
  for (const [index, caption] of captions.entries()) {
    const image = ids[Math.floor(index / perImage)] ?? "";
    const place = { index, where: `${file}:${index + 1}`, input: caption };
    const problem = addPair({ image, caption, path: pathOf(image), split, place, reading });
    if (problem !== undefined) reading.fail(place, problem);
  }
}

/** The lines of a file, trimmed, without empty ones at its end. */
async function readAll(file: string, options: FormatOptions): Promise<string[]> {
  const lines: string[] = [];
  for await (const { text } of readLines(file, options)) lines.push(text.trim());
  while (lines.at(-1) === "") lines.pop();
  return lines;
}

interface PairToAdd {
  readonly image: string;
  readonly caption: string;
  readonly path: string | undefined;
  readonly split: string;
  readonly place: Place;
  readonly reading: Reading;
}

function addPair(pair: PairToAdd): Problem | undefined {
  const { image, caption, path, split, place, reading } = pair;
  if (path === undefined) {
    return { code: "ITEM_NOT_FOUND", message: `id_mapping.json has no path for image ${image}.` };
  }
  const splits = [split];
  if (!reading.addItem("image", { id: image, content: [path], splits }, place)) return undefined;
  if (caption === "") return { code: "EMPTY_CELL", message: "the caption is empty." };
  const text = `${split}#${place.index}`;
  reading.addItem("text", { id: text, content: [caption], splits }, place);
  reading.judge({ text, image, split });
  return undefined;
}

function miscounted(file: string, captions: number, ids: number): DatasetError {
  return createTableError({
    code: "CAPTION_COUNT",
    message: `there are ${captions} captions and ${ids} ids; expected as many, or ${captionsPerImage} captions an id.`,
    fix: "Give both files as they were published.",
    position: { file },
  });
}
