import { createReadStream } from "node:fs";

/** A line, and where the next one begins. */
export interface TextLine {
  /** Without its line feed. */
  readonly text: string;
  /** Byte offset just behind the line. */
  readonly end: number;
}

const lineFeed = 0x0a;

/**
 * The lines of a UTF-8 file from a byte offset on, one at a time. Only a line feed ends a line, unlike
 * in `node:readline`, for which U+2028 does too.
 */
export async function* readLines(
  file: string,
  start = 0,
): AsyncGenerator<TextLine, void, undefined> {
  let parts: Buffer[] = [];
  let end = start;
  const takeLine = (last: Buffer) => {
    const line = parts.length === 0 ? last : Buffer.concat([...parts, last]);
    parts = [];
    end += line.length;
    return line.toString("utf8");
  };
  for await (const read of createReadStream(file, { start })) {
    const chunk: Buffer = read;
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at !== -1; at = chunk.indexOf(lineFeed, from)) {
      const text = takeLine(chunk.subarray(from, at));
      end++;
      yield { text, end };
      from = at + 1;
    }
    if (from < chunk.length) parts.push(chunk.subarray(from));
  }
  if (parts.length > 0) yield { text: takeLine(Buffer.alloc(0)), end };
}
