import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { DatasetError, type RunOptions } from "@semblance/core";
import { fileUnreadable } from "./file-errors.ts";
import { userCacheFolder } from "./user-cache-folder.ts";

/** Options of {@link unpackOnce}. */
export interface UnpackOptions extends Pick<RunOptions, "signal"> {
  /** The packed file: its path, size and time of change say whether it was unpacked before. */
  readonly file: string;
  /** @defaultValue `unpacked` in the user's cache folder */
  readonly cacheFolder?: string;
  /** Writes what is in the file to an empty folder. */
  unpack(folder: string): Promise<void>;
}

/**
 * The folder with what a packed file holds; it is made on first use, and is whole or not there. It may
 * be deleted at any time that nothing reads from it.
 *
 * @throws {@link DatasetError} `UNPACK_FAILED` when nothing can be written there, `FILE_UNREADABLE`, and
 * what `unpack` throws of this kind.
 */
export async function unpackOnce(options: UnpackOptions): Promise<string> {
  const parent = options.cacheFolder ?? join(userCacheFolder(), "unpacked");
  const folder = join(parent, await keyOf(options.file));
  if (await isThere(folder)) return folder;
  try {
    await mkdir(parent, { recursive: true });
    await unpackTo(folder, options);
  } catch (error) {
    if (options.signal?.aborted || DatasetError.isInstance(error)) throw error;
    throw unpackFailed(options.file, parent, error);
  }
  return folder;
}

async function unpackTo(folder: string, options: UnpackOptions): Promise<void> {
  const unfinished = await mkdtemp(`${folder}-`);
  try {
    await options.unpack(unfinished);
    options.signal?.throwIfAborted();
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Where somebody else was faster, what is there is the same.
    if (!(await isThere(folder))) throw error;
  }
}

function unpackFailed(file: string, folder: string, cause: unknown): DatasetError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DatasetError({
    code: "UNPACK_FAILED",
    message: `${file} cannot be unpacked to ${folder}: ${reason}`,
    fix: "Make room there, or give the reader another cacheFolder (XDG_CACHE_HOME moves the user's).",
    position: { file },
    cause,
  });
}

async function keyOf(file: string): Promise<string> {
  const { size, mtimeMs } = await stat(file).catch((cause: unknown) => {
    throw fileUnreadable(file, cause);
  });
  return createHash("sha256")
    .update(JSON.stringify([resolve(file), size, mtimeMs]))
    .digest("hex")
    .slice(0, 32);
}

async function isThere(folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
