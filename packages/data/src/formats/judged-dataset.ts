import { DatasetError } from "@semblance/core";
import { resolveImage } from "../table/image-references.ts";
import { findImageFolder } from "./find-image-folder.ts";
import type { FormatOptions } from "./format-reader.ts";
import { type IdContent, modalityOf, readIdContents } from "./id-contents.ts";
import type { JudgedIds } from "./judged-ids.ts";
import type { Reading } from "./reading.ts";

/** Judgements of ids, and where the contents of the ids stand. */
export interface JudgedSource {
  readonly judged: readonly JudgedIds[];
  /** Contents by id; a side without such a file has its ids for contents. */
  readonly files: {
    readonly query?: string | undefined;
    readonly document?: string | undefined;
  };
  /** What relative image paths start at, where no option says so. */
  readonly folder: string;
}

/** The contents of queries or documents, and what they are. */
interface Side {
  readonly contents: readonly IdContent[];
  readonly modality: "image" | "text";
  splitsOf(id: string): Iterable<string>;
}

/**
 * Adds the images and texts that judgements name, and the judgements. Either side may be the images: the
 * first content of each says what it is.
 *
 * Queries without a judgement are left out; documents without one are in the gallery of every split.
 * Failures: `INVALID_ENTRY` (no id, no content, or one that is not of its side's kind), `ITEM_NOT_FOUND`
 * (a judgement of an id without content), `ID_CONFLICT`.
 *
 * @throws {@link DatasetError} `SIDES_UNKNOWN` when both sides are images, or both are texts.
 */
export async function addJudged(
  source: JudgedSource,
  reading: Reading,
  options: FormatOptions,
): Promise<void> {
  const { judged, folder } = source;
  const query = await readQueries(source, options);
  const document = await readDocuments(source, options);
  if (query.modality === document.modality) throw sidesUnknown(folder, query.modality);
  const paths = (query.modality === "image" ? query : document).contents.slice(0, 3);
  const images = await findImageFolder({
    folder,
    baseFolder: options.baseFolder,
    paths: paths.flatMap(({ content }) => content ?? []),
  });
  for (const side of [query, document]) addSide(side, reading, images);
  for (const judgement of judged) judge(judgement, reading, query.modality);
}

async function readQueries({ judged, files }: JudgedSource, options: FormatOptions): Promise<Side> {
  const splits = new Map<string, Set<string>>();
  for (const { query, split } of judged) {
    const known = splits.get(query) ?? new Set();
    splits.set(query, split === undefined ? known : known.add(split));
  }
  const listed = await readContents(files.query, options);
  const contents = listed ?? judged.map(({ query, place }) => idAsContent(query, place));
  return {
    contents: contents.filter(({ id }) => id === undefined || splits.has(id)),
    modality: contents[0]?.modality ?? "text",
    splitsOf: (id) => splits.get(id) ?? [],
  };
}

async function readDocuments(
  { judged, files }: JudgedSource,
  options: FormatOptions,
): Promise<Side> {
  const splits = new Set(judged.flatMap(({ split }) => split ?? []));
  const listed = await readContents(files.document, options);
  const contents = listed ?? judged.map(({ document, place }) => idAsContent(document, place));
  return { contents, modality: contents[0]?.modality ?? "image", splitsOf: () => splits };
}

async function readContents(
  file: string | undefined,
  options: FormatOptions,
): Promise<IdContent[] | undefined> {
  if (file === undefined) return undefined;
  const contents: IdContent[] = [];
  for await (const content of readIdContents(file, options)) contents.push(content);
  return contents;
}

function idAsContent(id: string, place: IdContent["place"]): IdContent {
  return { id, content: id, modality: modalityOf(id), metadata: {}, place };
}

function addSide({ contents, modality, splitsOf }: Side, reading: Reading, folder: string): void {
  for (const { id, content, metadata, place, ...found } of contents) {
    if (id === undefined || content === undefined || found.modality !== modality) {
      const message = `expected an id and ${modality === "image" ? "an image" : "a text"}.`;
      reading.fail(place, { code: "INVALID_ENTRY", message });
      continue;
    }
    const parts = [modality === "image" ? resolveImage(content, folder) : content];
    reading.addItem(modality, { id, content: parts, metadata, splits: splitsOf(id) }, place);
  }
}

function judge(judged: JudgedIds, reading: Reading, queries: "image" | "text"): void {
  const { query, document, relevance, split, place } = judged;
  const [text, image] = queries === "text" ? [query, document] : [document, query];
  const missing = !reading.has("text", text)
    ? text
    : reading.has("image", image)
      ? undefined
      : image;
  if (missing === undefined) {
    reading.judge({ text, image, relevance, split });
  } else {
    const message = `nothing says what ${JSON.stringify(missing)} stands for.`;
    reading.fail(place, { code: "ITEM_NOT_FOUND", message });
  }
}

function sidesUnknown(folder: string, modality: "image" | "text"): DatasetError {
  const are = modality === "image" ? "images" : "texts";
  return new DatasetError({
    code: "SIDES_UNKNOWN",
    message: `In ${folder} both the queries and the documents seem to be ${are}.`,
    fix:
      'Give the images as paths that end in .jpg, .png or alike, or as { "_id": …, "image": path }, ' +
      "in corpus.jsonl or queries.jsonl beside the judgements.",
    position: { file: folder },
  });
}
