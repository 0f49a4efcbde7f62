import { open } from "node:fs/promises";

const tailBytes = 4000;

/** The last lines of a log, or nothing when there is none. */
export async function readLogTail(path: string): Promise<string> {
  try {
    await using file = await open(path);
    const { size } = await file.stat();
    const length = Math.min(size, tailBytes);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString("utf8");
  } catch {
    return ""; // a log is a help: its absence must not hide the error that it belongs to
  }
}
