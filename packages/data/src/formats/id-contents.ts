import { extname } from "node:path";
import type { Metadata } from "@semblance/core";
import { firstId, firstText, membersOf } from "../source/json-values.ts";
import { readLines } from "../source/read-lines.ts";
import type { FormatOptions } from "./format-reader.ts";
import { readJsonLineEntries } from "./json-line-entries.ts";
import type { Place } from "./reading.ts";

/** What an id stands for; without a content where the line that should say so does not. */
export interface IdContent {
  readonly place: Place;
  readonly id?: string;
  readonly content?: string;
  readonly modality: "image" | "text";
  readonly metadata: Metadata;
}

/**
 * Streams the contents of ids from a `.jsonl` file of `{ _id, text, title?, image?, metadata? }` (`id`
 * will do), or from another with an id, a tab and the content a line.
 *
 * An `image` names an image, and so does a text that is the path of one or a `data:image` address.
 * Other texts are the title and the text, joined by a space. Texts, numbers and truth values in
 * `metadata` are the item's.
 */
export async function* readIdContents(
  file: string,
  options: FormatOptions,
): AsyncGenerator<IdContent, void, undefined> {
  if (extname(file).toLowerCase() !== ".jsonl") {
    yield* readTabbedContents(file, options);
    return;
  }
  for await (const { place, members } of readJsonLineEntries(file, options)) {
    const id = firstId(members._id, members.id);
    const image = firstText(members.image);
    const text = [members.title, members.text].flatMap((part) => firstText(part) ?? []).join(" ");
    const content = image ?? firstText(text);
    const modality = image === undefined ? modalityOf(text) : "image";
    const metadata = toMetadata(members.metadata);
    yield {
      place,
      modality,
      metadata,
      ...(id === undefined ? {} : { id }),
      ...(content === undefined ? {} : { content }),
    };
  }
}

async function* readTabbedContents(
  file: string,
  options: FormatOptions,
): AsyncGenerator<IdContent, void, undefined> {
  for await (const { line, text } of readLines(file, options)) {
    if (text.trim() === "") continue;
    const place = { index: line - 1, where: `${file}:${line}`, input: text };
    const [, id = "", content = ""] = /^([^\t]*)\t(.*)$/.exec(text) ?? [];
    yield {
      place,
      modality: modalityOf(content),
      metadata: {},
      ...(id.trim() === "" ? {} : { id: id.trim() }),
      ...(content.trim() === "" ? {} : { content }),
    };
  }
}

/** An image where the text is the path of one, or a `data:` address. */
export function modalityOf(text: string): "image" | "text" {
  const isImage =
    /^data:image\//i.test(text) || /^[^\n]*\.(?:jpe?g|png|gif|webp|bmp|tiff?|avif)$/i.test(text);
  return isImage ? "image" : "text";
}

function toMetadata(value: unknown): Metadata {
  const metadata: Record<string, string | number | boolean> = {};
  for (const [name, found] of Object.entries(membersOf(value) ?? {})) {
    if (typeof found === "string" || typeof found === "number" || typeof found === "boolean") {
      metadata[name] = found;
    }
  }
  return metadata;
}
