import type { Dirent } from "node:fs";
import { opendir, stat } from "node:fs/promises";
import { join, matchesGlob, resolve, sep } from "node:path";
import { Readable } from "node:stream";
import { DatasetError } from "@semblance/core";
import { shellWord } from "../shell-word.ts";

/**
 * Absolute paths of the files that a pattern or path names, in no order. A path without a file is
 * given all the same: whoever reads it finds out. Links to files count as files, links to folders
 * are not entered; names that begin with a dot must be asked for with one.
 *
 * `fs.glob` would keep every name that it ever saw, about 1 KB for each.
 *
 * @throws {@link DatasetError} with code `IS_FOLDER` for a folder by itself.
 */
export async function* findFiles(pattern: string): AsyncGenerator<string, void, undefined> {
  const named = await kindOf(pattern);
  if (named === "folder") throw isFolder(pattern);
  // A shell may have expanded the pattern, to names that look like patterns themselves: cat[1].jpg
  if (named === "file" || !hasMagic(pattern)) yield resolve(pattern);
  else yield* walkMatching(splitPattern(pattern));
}

interface SplitPattern {
  /** The folder to begin in. */
  readonly base: string;
  /** What paths relative to it must match. */
  readonly rest: string;
}

function splitPattern(pattern: string): SplitPattern {
  const parts = (sep === "\\" ? pattern.replaceAll("\\", "/") : pattern).split("/");
  const first = parts.findIndex(hasMagic);
  const base = parts.slice(0, first).join("/");
  return {
    base: resolve(first === 1 && base === "" ? "/" : base),
    rest: parts.slice(first).join("/"),
  };
}

async function* walkMatching(pattern: SplitPattern): AsyncGenerator<string, void, undefined> {
  for await (const { path, entry } of walk(pattern)) {
    // A folder that cannot be opened has no entry: whoever reads it as a file lists it as a failure.
    if (entry === undefined || (await isMatch(entry, path, pattern)))
      yield join(pattern.base, path);
  }
}

interface Found {
  /** Relative to the base. */
  readonly path: string;
  readonly entry?: Dirent;
}

async function* walk({ base, rest }: SplitPattern): AsyncGenerator<Found, void, undefined> {
  const folders = [""];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = await entriesOf(join(base, folder));
    if (entries === undefined) yield { path: folder };
    for await (const entry of entries ?? []) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (!entry.isDirectory()) yield { path, entry };
      else if (mayHoldMatches(path, rest)) folders.push(path);
    }
  }
}

async function isMatch(
  entry: Dirent,
  path: string,
  { base, rest }: SplitPattern,
): Promise<boolean> {
  if (!matchesGlob(path, rest)) return false;
  return !entry.isSymbolicLink() || (await kindOf(join(base, path))) !== "folder";
}

function mayHoldMatches(folder: string, rest: string): boolean {
  const isHidden = /(^|\/)\./.test(folder);
  if (isHidden && !/(^|[/{,])\./.test(rest)) return false;
  return rest.includes("**") || folder.split("/").length < rest.split("/").length;
}

async function entriesOf(folder: string): Promise<AsyncIterable<Dirent> | undefined> {
  try {
    return await opendir(folder, { bufferSize: 1024 });
  } catch (error) {
    const isGone = error instanceof Error && "code" in error && error.code !== "EACCES";
    return isGone ? Readable.from([]) : undefined;
  }
}

function hasMagic(text: string): boolean {
  return /[*?[\]{}()!]/.test(text);
}

async function kindOf(path: string): Promise<"file" | "folder" | "nothing"> {
  const facts = await stat(path).catch(() => undefined);
  if (facts === undefined) return "nothing";
  return facts.isDirectory() ? "folder" : "file";
}

function isFolder(path: string): DatasetError {
  return new DatasetError({
    code: "IS_FOLDER",
    message: `${path} is a folder.`,
    fix: `For all files in it and below: --images ${shellWord(join(path, "**/*"))}`,
  });
}
