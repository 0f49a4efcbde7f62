import { DatasetError, type Item, type RunOptions } from "@semblance/core";
import { findFiles } from "./find-files.ts";
import { readLines } from "./read-lines.ts";
import { type SortDistinctOptions, sortDistinct } from "./sort-distinct.ts";
import { createTextSet } from "./text-set.ts";

/** Options of {@link itemsFromGlobs}. */
export interface GlobOptions extends SortDistinctOptions, RunOptions {}

/**
 * Image files by glob or by path, each once, in order of their absolute paths. Every file that matches
 * is tried, and so is a plain path without one: what is no image becomes a listed failure. Memory does
 * not grow with their number.
 *
 * @throws {@link DatasetError} with code `NOTHING_MATCHES`, or `IS_FOLDER` for a folder by itself.
 */
export async function* itemsFromGlobs(
  patterns: readonly string[],
  options: GlobOptions,
): AsyncGenerator<Item, void, undefined> {
  let isEmpty = true;
  for await (const path of sortDistinct(findAll(patterns, options), options)) {
    isEmpty = false;
    yield { id: path, content: [path], metadata: {} };
  }
  if (!isEmpty) return;
  throw new DatasetError({
    code: "NOTHING_MATCHES",
    message: `No file matches ${patterns.join(" ")}.`,
    fix: "Name files or a pattern; for all in a folder and below it: --images 'photos/**/*'",
  });
}

async function* findAll(
  patterns: readonly string[],
  { signal, onProgress }: GlobOptions,
): AsyncGenerator<string, void, undefined> {
  let done = 0;
  for (const pattern of patterns) {
    for await (const path of findFiles(pattern)) {
      signal?.throwIfAborted();
      onProgress?.({ stage: "finding images", done: ++done, unit: "images" });
      yield path;
    }
  }
}

/**
 * The lines of a text file, each once, in order of first appearance; empty lines are left out. What is
 * kept in memory is some 30 bytes a line.
 *
 * @throws {@link DatasetError} with code `FILE_NOT_FOUND`.
 */
export async function* itemsFromLines(file: string): AsyncGenerator<Item, void, undefined> {
  const seen = createTextSet();
  try {
    for await (const { text } of readLines(file)) {
      const line = (seen.size === 0 ? text.replace(/^\ufeff/, "") : text).replace(/\r$/, "");
      if (line.trim() !== "" && seen.add(line)) yield { id: line, content: [line], metadata: {} };
    }
  } catch (cause) {
    throw cannotRead(file, cause);
  }
}

/** What to say of a file that cannot be read. */
export function cannotRead(file: string, cause: unknown): DatasetError {
  return new DatasetError({
    code: "FILE_NOT_FOUND",
    message: `Cannot read ${file}.`,
    fix: "Give a text file with one text per line.",
    cause,
    position: { file },
  });
}
