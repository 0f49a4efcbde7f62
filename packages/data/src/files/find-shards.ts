import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { listFolder } from "../source/list-folder.ts";
import { isTar } from "./read-tar.ts";
import { splitOf } from "./split-of.ts";

/** A file that holds a part of a dataset. */
export interface DataFile {
  readonly path: string;
  readonly split: string | undefined;
}

/**
 * The archives that a source names: itself, a pattern such as `test-{000..012}.tar`, or those in a folder
 * and the folders in it. A split is what the name, or the folder in the source, says.
 */
export async function findShards(source: string): Promise<DataFile[]> {
  const files = await findDataFiles(source, /\.(?:tar|tar\.gz|tgz)$/i);
  const [first] = files;
  return first !== undefined && (await isTar(first.path)) ? files : [];
}

/** The files with such a name: as {@link findShards}. */
export async function findDataFiles(source: string, name: RegExp): Promise<DataFile[]> {
  const found: DataFile[] = [];
  for (const path of name.test(source) ? expandBraces(source) : []) {
    found.push({ path, split: splitOf(basename(path)) });
  }
  if (found.length > 0) return found;
  for (const folder of ["", ...(await foldersIn(source))]) {
    const names = await listFolder(join(source, folder));
    for (const file of names.filter((candidate) => name.test(candidate)).sort(byNumber)) {
      found.push({ path: join(source, folder, file), split: splitOf(`${folder}/${file}`) });
    }
  }
  return found;
}

// Among as many pictures as there may be, only these can be looked into.
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory() || entry.isSymbolicLink());
  return folders.map(({ name }) => name).sort();
}

// 10.tar comes after 9.tar.
function byNumber(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

/** `a-{08..10}` as `a-08`, `a-09`, `a-10`; numbers keep the width of the first. */
function expandBraces(pattern: string): string[] {
  const [, before, from, to, after] = /^(.*?)\{(\d+)\.\.(\d+)\}(.*)$/.exec(pattern) ?? [];
  if (before === undefined || from === undefined || to === undefined || after === undefined) {
    return [pattern];
  }
  const length = Math.max(0, Number(to) - Number(from) + 1);
  return Array.from({ length }, (_, i) => String(Number(from) + i).padStart(from.length, "0"))
    .map((number) => `${before}${number}${after}`)
    .flatMap(expandBraces);
}
