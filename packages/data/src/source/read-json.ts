import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import type { DatasetError, RunOptions } from "@semblance/core";
import { fileUnreadable, invalidUtf8 } from "./file-errors.ts";
import { sizeOf } from "./read-text-blocks.ts";
import { createTableError } from "./table-error.ts";

/** V8's longest string has about this many characters. */
const maxBytes = 512 * 1024 * 1024;

/**
 * Reads a JSON document as a whole: its text and its values stand in memory side by side. With the
 * dataset made of it, one of 138 MB (616,000 captions) takes 1.0 GB.
 *
 * @throws {@link DatasetError} `FILE_NOT_FOUND`, `FILE_UNREADABLE`, `FILE_TOO_LARGE`, `INVALID_UTF8` or
 * `INVALID_JSON`.
 */
export async function readJson(source: string, options: RunOptions = {}): Promise<unknown> {
  const size = await sizeOf(source);
  if (size >= maxBytes) throw tooLarge(source, size);
  options.signal?.throwIfAborted();
  options.onProgress?.({ stage: "reading document", done: 0, total: size, unit: "bytes" });
  const bytes = await readFile(source).catch((cause: unknown) => {
    throw fileUnreadable(source, cause);
  });
  options.onProgress?.({ stage: "reading document", done: size, total: size, unit: "bytes" });
  if (!isUtf8(bytes)) throw invalidUtf8(source);
  try {
    return JSON.parse(bytes.toString("utf8").replace(/^\ufeff/, ""));
  } catch (cause) {
    throw invalidJson(source, cause);
  }
}

function tooLarge(file: string, size: number): DatasetError {
  return createTableError({
    code: "FILE_TOO_LARGE",
    message: `a JSON document of ${size} bytes cannot be held; the limit is ${maxBytes}.`,
    fix: "Write it as JSON lines with the columns image and caption, or leave out what is not needed.",
    position: { file },
  });
}

function invalidJson(file: string, cause: unknown): DatasetError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return createTableError({
    code: "INVALID_JSON",
    message: `this is not JSON. ${reason}`,
    fix: "Check that the file is whole, for instance against its published size.",
    position: { file },
    cause,
  });
}
