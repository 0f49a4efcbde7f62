import { open } from "node:fs/promises";

/** Bytes that a reader looks at to tell its format. */
const sniffedBytes = 1 << 16;

/** The first and last bytes of a text file, or `undefined` where there is no such file. */
export interface FileEnds {
  readonly beginning: string;
  readonly end: string;
}

/**
 * The first and the last 64 kB of a text file; `undefined` where nothing can be read (no file, a
 * folder, no permission), and where it is no text: text holds no zero byte, while a picture, an archive
 * or UTF-16 does early on.
 */
export async function readEnds(source: string): Promise<FileEnds | undefined> {
  try {
    await using file = await open(source);
    const { size } = await file.stat();
    const first = await readAt(0);
    if (first.includes(0)) return undefined;
    const last = size > sniffedBytes ? await readAt(size - sniffedBytes) : first;
    const beginning = first.toString("utf8").replace(/^\ufeff/, "");
    return { beginning, end: last.toString("utf8") };

    async function readAt(position: number): Promise<Buffer> {
      const buffer = Buffer.alloc(sniffedBytes);
      const { bytesRead } = await file.read(buffer, 0, sniffedBytes, position);
      return buffer.subarray(0, bytesRead);
    }
  } catch {
    return undefined;
  }
}

/** The first line of a text file that is not empty; `undefined` as in {@link readEnds}. */
export async function readFirstLine(source: string): Promise<string | undefined> {
  const ends = await readEnds(source);
  return ends?.beginning.split(/\r?\n/).find((line) => line.trim() !== "");
}
