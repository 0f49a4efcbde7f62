import { open } from "node:fs/promises";
import { SemblanceError } from "@semblance/core";

/** A file that grows. */
export interface AppendLog extends AsyncDisposable {
  /** Bytes in it. */
  readonly size: number;
  append(content: Uint8Array | string): Promise<void>;
  /** Returns once all of it is on disk. */
  sync(): Promise<void>;
}

/**
 * Opens a file to go on behind its first `size` bytes, and drops what is behind them.
 *
 * @throws {@link SemblanceError} with code `WORK_DAMAGED` when it is shorter.
 */
export async function openAppendLog(path: string, size: number): Promise<AppendLog> {
  const file = await open(path, "a+");
  const found = (await file.stat()).size;
  if (found < size) {
    await file.close();
    throw damaged(path, found, size);
  }
  await file.truncate(size);
  let written = size;
  return {
    get size() {
      return written;
    },
    async append(content) {
      const bytes = typeof content === "string" ? Buffer.from(content) : content;
      await file.appendFile(bytes);
      written += bytes.byteLength;
    },
    sync: () => file.datasync(),
    [Symbol.asyncDispose]: () => file.close(),
  };
}

function damaged(path: string, found: number, expected: number): SemblanceError {
  return new SemblanceError({
    code: "WORK_DAMAGED",
    message: `${path} has ${found} bytes, and its journal says ${expected}: work is missing.`,
    fix: "Begin anew with --overwrite.",
  });
}
