import { join } from "node:path";
import { listFolder } from "../source/list-folder.ts";
import { readLines } from "../source/read-lines.ts";

/**
 * The split of each image by its name, from Flickr8k's lists in `folder`: files that end in
 * `trainImages.txt`, `devImages.txt` or `testImages.txt`, with a name a line. Empty where none lies
 * there. An image of several lists is in the last, by the order of the files' names.
 */
export async function readFlickrSplits(folder: string): Promise<ReadonlyMap<string, string>> {
  const splits = new Map<string, string>();
  for (const name of await listFolder(folder)) {
    const split = /(train|dev|test)Images\.txt$/.exec(name)?.[1];
    if (split === undefined) continue;
    for await (const { text } of readLines(join(folder, name))) splits.set(text.trim(), split);
  }
  return splits;
}
