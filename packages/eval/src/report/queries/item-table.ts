import type { Item } from "@semblance/core";
import { shorten } from "../format.ts";
import type { ReportInput } from "../report-input.ts";
import type { BrowserItem } from "./browser-data.ts";

/** Items that queries point to, each once. */
export interface ItemTable {
  /** The place of a row in the table, which it enters when it is new. */
  place(modality: "image" | "text", row: number): number;
  /** The table, with thumbnails of its first images until `characters` are used. */
  finish(characters: number): Promise<FinishedTable>;
}

/** What {@link ItemTable.finish} gives. */
interface FinishedTable {
  readonly items: readonly BrowserItem[];
  readonly unpictured: Unpictured;
}

/** How many images are shown without a thumbnail, and why. */
export interface Unpictured {
  /** The thumbnails before them used up the characters. */
  readonly withoutRoom: number;
  /** None could be made. */
  readonly failed: number;
}

const atOnce = 4;
/** Characters of a text that are shown: many times what a model reads, and yet a bound. */
const longestLabel = 500;

/** An empty table over the items of a report. */
export function createItemTable(
  input: Pick<ReportInput, "images" | "texts" | "thumbnail" | "signal">,
): ItemTable {
  const places = { image: new Map<number, number>(), text: new Map<number, number>() };
  const entries: { readonly item: Item; readonly isImage: boolean }[] = [];
  return {
    place: (modality, row) => {
      const known = places[modality].get(row);
      if (known !== undefined) return known;
      const item = (modality === "image" ? input.images : input.texts)[row];
      if (item === undefined) throw new RangeError(`There is no ${modality} in row ${row}.`);
      places[modality].set(row, entries.length);
      return entries.push({ item, isImage: modality === "image" }) - 1;
    },
    finish: async (characters) => {
      const images = entries.filter(({ isImage }) => isImage).map(({ item }) => item);
      const { thumbnails, unpictured } = await makeThumbnails(images, characters, input);
      return { items: entries.map((entry) => toBrowserItem(entry, thumbnails)), unpictured };
    },
  };
}

function toBrowserItem(
  { item, isImage }: { readonly item: Item; readonly isImage: boolean },
  thumbnails: ReadonlyMap<Item, string>,
): BrowserItem {
  const thumbnail = isImage ? thumbnails.get(item) : undefined;
  const label = shorten(isImage ? item.id : item.content.join(" "), longestLabel);
  return { label, isImage, ...(thumbnail === undefined ? {} : { thumbnail }) };
}

async function makeThumbnails(
  images: readonly Item[],
  characters: number,
  { thumbnail, signal }: Pick<ReportInput, "thumbnail" | "signal">,
): Promise<{ thumbnails: ReadonlyMap<Item, string>; unpictured: Unpictured }> {
  const thumbnails = new Map<Item, string>();
  const finish = (seen: number, withoutRoom: number) => ({
    thumbnails,
    unpictured: { withoutRoom, failed: seen - thumbnails.size },
  });
  if (thumbnail === undefined) return finish(0, 0);
  let room = characters;
  for (let start = 0; start < images.length; start += atOnce) {
    signal?.throwIfAborted();
    const batch = images.slice(start, start + atOnce);
    const made = await Promise.all(batch.map((item) => thumbnail(item)));
    for (const [i, uri] of made.entries()) {
      const item = batch[i];
      room -= uri?.length ?? 0;
      if (room < 0) return finish(start + i, images.length - start - i);
      if (item !== undefined && uri !== undefined) thumbnails.set(item, uri);
    }
  }
  return finish(images.length, 0);
}
