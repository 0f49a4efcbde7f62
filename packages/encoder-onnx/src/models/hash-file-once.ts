import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { sha256 } from "./sha256.ts";
import { userCacheFolder } from "./user-cache-folder.ts";

const memory = z.strictObject({
  path: z.string(),
  size: z.string(),
  modified: z.string(),
  changed: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

type Memory = z.output<typeof memory>;

/** A file that was written this recently may be written again within the same tick of its clock. */
const settledMs = 2000;

/**
 * SHA-256 of a file's content. It is remembered for the user by path, size and times, so that
 * gigabytes are read once. What cannot be remembered is hashed again.
 *
 * @param folder - Where it is remembered. @defaultValue `hashes` in the user's cache of Semblance
 */
export async function hashFileOnce(
  path: string,
  folder: string = join(userCacheFolder(), "hashes"),
): Promise<string> {
  const real = await realpath(path);
  const entry = join(folder, `${sha256(real)}.json`);
  const before = await factsOf(real);
  const known = await recall(entry);
  if (known !== undefined && isSame(known, before)) return known.sha256;
  const hash = createHash("sha256");
  await pipeline(createReadStream(real), hash);
  const digest = hash.digest("hex");
  const after = await factsOf(real);
  const isSettled = Date.now() - Number(BigInt(after.changed) / 1_000_000n) > settledMs;
  if (isSettled && isSame(before, after)) await remember(entry, { ...after, sha256: digest });
  return digest;
}

async function factsOf(path: string): Promise<Omit<Memory, "sha256">> {
  const { size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return { path, size: `${size}`, modified: `${mtimeNs}`, changed: `${ctimeNs}` };
}

function isSame(one: Omit<Memory, "sha256">, other: Omit<Memory, "sha256">): boolean {
  return (
    one.path === other.path &&
    one.size === other.size &&
    one.modified === other.modified &&
    one.changed === other.changed
  );
}

async function recall(entry: string): Promise<Memory | undefined> {
  try {
    return memory.parse(JSON.parse(await readFile(entry, "utf8")));
  } catch {
    // Not there, or of another version, or spoilt: the file is hashed.
    return undefined;
  }
}

// Written beside and renamed, so that another process reads the whole of it or nothing.
async function remember(entry: string, value: Memory): Promise<void> {
  const working = `${entry}.${randomUUID()}`;
  try {
    await mkdir(join(entry, ".."), { recursive: true });
    await writeFile(working, JSON.stringify(value));
    await rename(working, entry);
  } catch {
    // No room or no permission: hashed again the next time.
    await rm(working, { force: true }).catch(() => {});
  }
}
