import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";

/**
 * A part of a blob, in a file that belongs to one download of one process:
 * `<etag>.semblance-<host>-<pid>-<random>.incomplete`. Two processes never write to the same file, and
 * one that died leaves its part to whoever comes next.
 */
export interface PartialFile {
  readonly path: string;
  /** Bytes that are there already. */
  readonly length: number;
}

const host = hostname().replace(/[^\w]/g, "") || "host";

/** Takes over the longest part that nobody works on, or begins a new one. */
export async function claimPartial(blobFolder: string, etag: string): Promise<PartialFile> {
  await mkdir(blobFolder, { recursive: true });
  const own = `${host}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const path = join(blobFolder, `${etag}.semblance-${own}.incomplete`);
  for (const left of await findLeft(blobFolder, etag)) {
    // Another process may be quicker; then the name is gone.
    const isOurs = await rename(left.path, path).then(
      () => true,
      () => false,
    );
    if (isOurs) return { path, length: left.length };
  }
  return { path, length: 0 };
}

/** Leaves a part for a later download; one without a byte is removed. */
export async function releasePartial(path: string): Promise<void> {
  const facts = await stat(path).catch(() => undefined);
  if (!facts?.size) return rm(path, { force: true });
  await rename(path, path.replace(/\.semblance-[^.]*\.incomplete$/, ".semblance.incomplete"));
}

async function findLeft(blobFolder: string, etag: string): Promise<PartialFile[]> {
  const names = await readdir(blobFolder);
  const left = names.filter((name) => name.startsWith(`${etag}.semblance`) && isLeft(name));
  const parts = await Promise.all(
    left.map(async (name) => {
      const path = join(blobFolder, name);
      const facts = await stat(path).catch(() => undefined);
      return { path, length: facts?.size ?? 0 };
    }),
  );
  return parts.sort((a, b) => b.length - a.length);
}

/** Whether nobody works on a part: it was released, or its process on this machine is gone. */
function isLeft(name: string): boolean {
  if (name.endsWith(".semblance.incomplete")) return true;
  const [, owner, pid] = /\.semblance-(\w+)-(\d+)-\w+\.incomplete$/.exec(name) ?? [];
  // Of a process on another machine that shares the folder nothing can be known.
  return owner === host && pid !== undefined && !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** Removes parts of a blob that is there now, but for those that somebody works on. */
export async function removeLeftParts(blobPath: string, etag: string): Promise<void> {
  const folder = dirname(blobPath);
  for (const { path } of await findLeft(folder, etag)) await rm(path, { force: true });
}
