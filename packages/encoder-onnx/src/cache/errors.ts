import { EncoderError } from "@semblance/core";

/** Whether SQLite found its file damaged, replaced or gone: what it held has to be made again. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB|READONLY_DBMOVED|IOERR_SHORT_READ)/.test(codeOf(error));
}

/** Whether another process holds the file. */
export function isBusy(error: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(error));
}

/** The error for a cache that cannot be opened, read or written. `folder` is missing where the engine is. */
export function cacheUnusable(folder: string | undefined, cause: unknown): EncoderError {
  if (EncoderError.isInstance(cause)) return cause;
  if (folder === undefined) {
    return new EncoderError({
      code: "EMBEDDING_CACHE_UNUSABLE",
      message: "The embedding cache needs the package better-sqlite3, which cannot be loaded.",
      fix: "Type `npm install better-sqlite3@13`.",
      cause,
    });
  }
  return new EncoderError({
    code: "EMBEDDING_CACHE_UNUSABLE",
    message: `Cannot use the embedding cache in ${folder}: ${reasonOf(cause)}.`,
    fix: fixes[codeOf(cause)] ?? "Name a folder on a local disk that can be written to.",
    cause,
  });
}

const fixes: Readonly<Record<string, string>> = {
  SQLITE_FULL: "Free some disk space, or lower maxBytes.",
  SQLITE_BUSY: "Another process holds it: end that process, or use another folder.",
  ENOSPC: "Free some disk space, or lower maxBytes.",
};

function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  return [codeOf(cause), message].filter((part) => part !== "").join(", ");
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "";
}
