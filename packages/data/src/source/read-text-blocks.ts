import { isUtf8 } from "node:buffer";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { DatasetError, RunOptions } from "@semblance/core";
import { fileUnreadable, invalidUtf8, notFound } from "./file-errors.ts";

/** Whole lines of a text file, as bytes that are valid UTF-8. */
export interface TextBlock {
  /** Ends with a line feed unless the file ends without one; has no byte order mark. */
  readonly bytes: Buffer;
  /** 1-based number of its first line. */
  readonly line: number;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Streams a text file block by block; memory is bounded by the longest line.
 *
 * @throws {@link DatasetError} `FILE_NOT_FOUND`, `FILE_UNREADABLE` or `INVALID_UTF8`, the last with
 * its line.
 */
export async function* readTextBlocks(
  source: string,
  options: RunOptions,
): AsyncGenerator<TextBlock, void, undefined> {
  let line = 1;
  for await (const chunk of readWholeLines(source, options)) {
    const bytes = line === 1 ? withoutByteOrderMark(chunk) : chunk;
    if (!isUtf8(bytes)) throw invalidUtf8(source, line + countLinesBeforeInvalid(bytes));
    yield { bytes, line };
    line += countLineBreaks(bytes);
  }
}

async function* readWholeLines(
  source: string,
  options: RunOptions,
): AsyncGenerator<Buffer, void, undefined> {
  const total = await sizeOf(source);
  let done = 0;
  let unfinished: Buffer[] = [];
  for await (const chunk of readBytes(source)) {
    options.signal?.throwIfAborted();
    done += chunk.length;
    options.onProgress?.({ stage: "reading table", done, total, unit: "bytes" });
    const end = chunk.lastIndexOf(lineFeed) + 1;
    if (end > 0) {
      yield Buffer.concat([...unfinished, chunk.subarray(0, end)]);
      unfinished = [];
    }
    if (end < chunk.length) unfinished.push(chunk.subarray(end));
  }
  if (unfinished.length > 0) yield Buffer.concat(unfinished);
}

async function* readBytes(source: string): AsyncGenerator<Buffer, void, undefined> {
  try {
    for await (const chunk of createReadStream(source, { highWaterMark: 1 << 18 })) yield chunk;
  } catch (cause) {
    throw fileUnreadable(source, cause);
  }
}

/**
 * The size of a file in bytes.
 *
 * @throws {@link DatasetError} `FILE_NOT_FOUND` or `FILE_UNREADABLE`.
 */
export async function sizeOf(source: string): Promise<number> {
  const found = await stat(source).catch((cause: unknown) => {
    throw isMissing(cause) ? notFound(source, cause) : fileUnreadable(source, cause);
  });
  if (found.isDirectory()) throw fileUnreadable(source, new Error("It is a folder."));
  return found.size;
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}

function withoutByteOrderMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(byteOrderMark) ? bytes.subarray(3) : bytes;
}

/** Line feeds, carriage returns, and pairs of both as one. */
function countLineBreaks(bytes: Buffer): number {
  let count = 0;
  for (let i = 0; i < bytes.length; i++) {
    const isLoneReturn = bytes[i] === carriageReturn && bytes[i + 1] !== lineFeed;
    if (bytes[i] === lineFeed || isLoneReturn) count++;
  }
  return count;
}

function countLinesBeforeInvalid(bytes: Buffer): number {
  let start = 0;
  for (;;) {
    const next = bytes.indexOf(lineFeed, start) + 1;
    const end = next === 0 ? bytes.length : next;
    if (next === 0 || !isUtf8(bytes.subarray(start, end))) break;
    start = end;
  }
  return countLineBreaks(bytes.subarray(0, start));
}
