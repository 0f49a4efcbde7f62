import { randomUUID } from "node:crypto";
import {
  copyFile,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { isCommit } from "./id.ts";
import type { DescribedFile, HubFile } from "./listing.ts";

/**
 * One commit of a model in the hub's cache folder, whose layout is that of Python's huggingface_hub:
 * `models--organisation--name/` with `refs/<revision>` (a commit), `blobs/<etag>` (contents), and
 * `snapshots/<commit>/<path>` (links to blobs).
 *
 * @see https://huggingface.co/docs/huggingface_hub/guides/manage-cache
 */
export interface Snapshot {
  /** Absolute path of `models--organisation--name`. */
  readonly modelFolder: string;
  readonly commit: string;
}

/** Absolute path of a model's place in a cache; nothing is made. */
export function modelFolderOf(cacheFolder: string, id: string): string {
  return join(cacheFolder, `models--${id.replaceAll("/", "--")}`);
}

/** Absolute path of the folder that shows a commit's files under their names. */
export function snapshotFolder({ modelFolder, commit }: Snapshot): string {
  return join(modelFolder, "snapshots", commit);
}

/** `organisation/name` when a path is that of a snapshot in a hub cache; else the folder's own name. */
export function modelNameOf(path: string): string {
  const parts = resolve(path).split(sep);
  const [owner = "", snapshots, commit = ""] = parts.slice(-3);
  const isSnapshot = snapshots === "snapshots" && /^models--.+--.+$/.test(owner) && commit !== "";
  return isSnapshot ? owner.split("--").slice(1).join("/") : basename(resolve(path));
}

/** The commit that a revision stood for when it was last downloaded. */
export async function readRef(modelFolder: string, revision: string): Promise<string | undefined> {
  const text = await readFile(join(modelFolder, "refs", revision), "utf8").catch(() => "");
  return isCommit(text.trim()) ? text.trim() : undefined;
}

/** Remembers what a revision stands for; readers never see half of it. */
export async function writeRef(snapshot: Snapshot, revision: string): Promise<void> {
  const { modelFolder, commit } = snapshot;
  if (revision === commit || (await readRef(modelFolder, revision)) === commit) return;
  const path = join(modelFolder, "refs", revision);
  await mkdir(dirname(path), { recursive: true });
  await replaceAtomically(path, (temporary) => writeFile(temporary, commit));
}

/** Paths of the files that a commit's snapshot shows, with `/`; nothing where there is none. */
export async function listSnapshot(snapshot: Snapshot): Promise<string[]> {
  const folder = snapshotFolder(snapshot);
  const options = { recursive: true, withFileTypes: true } as const;
  const entries = await readdir(folder, options).catch(() => []);
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));
  const there = await Promise.all(paths.map((path) => isPresent(snapshot, { path })));
  return paths.filter((_, i) => there[i]).sort();
}

/** Whether a snapshot shows a file, with its content there and of the right size. */
export async function isPresent(snapshot: Snapshot, file: HubFile): Promise<boolean> {
  const path = join(snapshotFolder(snapshot), file.path);
  const facts = await stat(path).catch(() => undefined);
  return facts !== undefined && (file.size === undefined || facts.size === file.size);
}

/** Shows a blob in a snapshot under its path: a relative link, or where links are refused a hard link or copy. */
export async function showBlob(
  snapshot: Snapshot,
  file: Pick<DescribedFile, "path" | "etag">,
): Promise<void> {
  const blob = join(snapshot.modelFolder, "blobs", file.etag);
  const path = join(snapshotFolder(snapshot), file.path);
  await mkdir(dirname(path), { recursive: true });
  await replaceAtomically(path, async (temporary) => {
    try {
      await symlink(relative(dirname(path), blob), temporary);
    } catch {
      // Windows keeps symbolic links to administrators and developers.
      await link(blob, temporary).catch(() => copyFile(blob, temporary));
    }
  });
}

async function replaceAtomically(
  path: string,
  write: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    await write(temporary);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
