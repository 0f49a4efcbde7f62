import type { DatasetError, RunOptions } from "@semblance/core";
import { readTextBlocks } from "./read-text-blocks.ts";

/** A line of a text file. */
export interface TextLine {
  /** 1-based. */
  readonly line: number;
  /** Without its line end. */
  readonly text: string;
}

/**
 * Streams the lines of a UTF-8 text file, also empty ones; line ends are LF or CRLF.
 *
 * @throws {@link DatasetError} `FILE_NOT_FOUND`, `FILE_UNREADABLE` or `INVALID_UTF8`.
 */
export async function* readLines(
  source: string,
  options: RunOptions = {},
): AsyncGenerator<TextLine, void, undefined> {
  let line = 1;
  for await (const { bytes } of readTextBlocks(source, options)) {
    const texts = bytes.toString("utf8").split("\n");
    // What stands after the last line feed is the next block's, or nothing.
    const end = texts.at(-1) === "" ? texts.length - 1 : texts.length;
    for (const text of texts.slice(0, end)) {
      yield { line, text: text.endsWith("\r") ? text.slice(0, -1) : text };
      line++;
    }
  }
}
