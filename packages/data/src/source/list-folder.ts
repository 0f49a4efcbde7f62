import { readdir } from "node:fs/promises";

/** Names in a folder, sorted by UTF-16 code units; none where there is no such folder. */
export async function listFolder(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.sort();
}

/** What stands before `suffix` in the names of a folder that end in it. */
export async function prefixesIn(folder: string, suffix: string): Promise<string[]> {
  const names = await listFolder(folder);
  return names.filter((name) => name.endsWith(suffix)).map((name) => name.slice(0, -suffix.length));
}
