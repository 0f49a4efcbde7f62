import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** Folders in which the published datasets unpack their images. */
const knownFolders = [
  ".",
  "images",
  "Images",
  "flickr30k-images",
  "flickr30k_images",
  "Flicker8k_Dataset",
  "Flickr8k_Dataset",
  "val2014",
  "train2014",
  "val2017",
  "train2017",
];

/** Images that are looked for; the first alone may be the one that is missing. */
const samples = 3;

/**
 * What relative image paths start at: `baseFolder` where it is given. Else the first of `folder`, the
 * folders in it with a name that published datasets have, and the same in the folder above, that holds
 * one of the first `paths`; else `folder`.
 */
export async function findImageFolder(options: {
  readonly folder: string;
  readonly baseFolder?: string | undefined;
  readonly paths: readonly string[];
}): Promise<string> {
  const { folder, baseFolder, paths } = options;
  if (baseFolder !== undefined) return resolve(baseFolder);
  for (const parent of [resolve(folder), dirname(resolve(folder))]) {
    for (const name of knownFolders) {
      const candidate = join(parent, name);
      for (const path of paths.slice(0, samples)) {
        if (await isFile(join(candidate, path))) return candidate;
      }
    }
  }
  return resolve(folder);
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isFile() ?? false;
}
