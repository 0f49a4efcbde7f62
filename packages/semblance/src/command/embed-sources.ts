import { createReadStream } from "node:fs";
import { glob } from "node:fs/promises";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { DatasetError, type Item } from "@semblance/core";

/**
 * Image files by glob, each once, in order of their paths. Every file that matches is tried: what
 * is no image becomes a listed failure.
 *
 * @throws {@link DatasetError} with code `NOTHING_MATCHES`.
 */
export async function itemsFromGlobs(patterns: readonly string[]): Promise<Item[]> {
  const paths = new Set<string>();
  for await (const entry of glob(patterns, { withFileTypes: true })) {
    if (entry.isFile()) paths.add(resolve(entry.parentPath, entry.name));
  }
  if (paths.size === 0) {
    throw new DatasetError({
      code: "NOTHING_MATCHES",
      message: `No file matches ${patterns.join(" ")}.`,
      fix: "Quote patterns so that the shell leaves them alone: --images 'photos/**/*.jpg'.",
    });
  }
  return [...paths].sort().map((path) => ({ id: path, content: [path], metadata: {} }));
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
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
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
