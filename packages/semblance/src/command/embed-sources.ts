import { createReadStream } from "node:fs";
import { glob, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { DatasetError, type Item } from "@semblance/core";
import { shellWord } from "../shell-word.ts";

/**
 * Image files by glob or by path, each once, in order of their absolute paths. Every file that matches
 * is tried, and so is a plain path without one: what is no image becomes a listed failure.
 *
 * @throws {@link DatasetError} with code `NOTHING_MATCHES`, or `IS_FOLDER` for a folder by itself.
 */
export async function itemsFromGlobs(patterns: readonly string[]): Promise<Item[]> {
  const paths = new Set<string>();
  for (const pattern of patterns) {
    for await (const path of matchesOf(pattern)) paths.add(resolve(path));
  }
  if (paths.size === 0) {
    throw new DatasetError({
      code: "NOTHING_MATCHES",
      message: `No file matches ${patterns.join(" ")}.`,
      fix: "Name files or a pattern; for all in a folder and below it: --images 'photos/**/*'",
    });
  }
  return [...paths].sort().map((path) => ({ id: path, content: [path], metadata: {} }));
}

// A shell may have expanded the pattern, to names that look like patterns themselves: cat[1].jpg
async function* matchesOf(pattern: string): AsyncGenerator<string> {
  const named = await kindOf(pattern);
  if (named === "folder") throw isFolder(pattern);
  if (named === "file" || !/[*?[\]{}()!]/.test(pattern)) yield pattern;
  if (named !== "nothing") return;
  for await (const path of glob(pattern)) if ((await kindOf(path)) !== "folder") yield path;
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

/**
 * The lines of a text file, each once, in order of first appearance; empty lines are left out.
 *
 * @throws {@link DatasetError} with code `FILE_NOT_FOUND`.
 */
export async function* itemsFromLines(file: string): AsyncGenerator<Item> {
  const seen = new Set<string>();
  const input = createReadStream(file, "utf8");
  try {
    const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
    for await (const read of lines) {
      const line = seen.size === 0 ? read.replace(/^\ufeff/, "") : read;
      if (line.trim() === "" || seen.has(line)) continue;
      seen.add(line);
      yield { id: line, content: [line], metadata: {} };
    }
  } catch (cause) {
    const fix = "Give a text file with one text per line.";
    const message = `Cannot read ${file}.`;
    throw new DatasetError({ code: "FILE_NOT_FOUND", message, fix, cause, position: { file } });
  }
}
