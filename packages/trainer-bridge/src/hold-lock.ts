import { randomUUID } from "node:crypto";
import { readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";

/** How to take a lock. */
export interface HoldLockOptions {
  /** The lock file; its folder must exist. */
  readonly path: string;
  readonly signal?: AbortSignal;
  /** Called once when somebody else holds the lock. */
  readonly onWait?: () => void;
}

const heartbeatMs = 5000;
const staleMs = 60_000;
const lookAgainMs = 300;
const settleMs = 500;

/**
 * Takes a lock between processes; waits while another one holds it.
 *
 * The holder touches the file every 5 s. A lock is taken over when its process, on this machine, is
 * gone, or when nobody touched it for a minute.
 */
export async function holdLock(options: HoldLockOptions): Promise<AsyncDisposable> {
  const { path, signal, onWait } = options;
  const claim = JSON.stringify({ pid: process.pid, host: hostname(), token: randomUUID() });
  let isFirstLook = true;
  while (!(await takeFree(path, claim)) && !(await takeOver(path, claim))) {
    if (isFirstLook) onWait?.();
    isFirstLook = false;
    await delay(lookAgainMs, undefined, signal ? { signal } : {}).catch((error) => {
      signal?.throwIfAborted();
      throw error;
    });
  }
  const heartbeat = setInterval(() => touch(path), heartbeatMs);
  heartbeat.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat);
      if ((await readHolder(path)) === claim) await rm(path, { force: true });
    },
  };
}

async function takeFree(path: string, claim: string): Promise<boolean> {
  try {
    await writeFile(path, claim, { flag: "wx" });
    return true;
  } catch (error) {
    if (isExisting(error)) return false;
    throw error;
  }
}

// Two that take over at once both replace the file; the last one's claim stays, and the other sees
// that before it begins.
async function takeOver(path: string, claim: string): Promise<boolean> {
  if (!(await isStale(path))) return false;
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, claim);
  await rename(own, path);
  await delay(settleMs);
  return (await readHolder(path)) === claim;
}

async function isStale(path: string): Promise<boolean> {
  const text = await readHolder(path);
  if (text === undefined) return false;
  const { pid, host } = parseClaim(text);
  if (host === hostname() && pid !== undefined && !isRunning(pid)) return true;
  const age = Date.now() - (await stat(path).catch(() => ({ mtimeMs: Date.now() }))).mtimeMs;
  return age > staleMs;
}

function parseClaim(text: string): { pid?: number; host?: string } {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // being written just now, or not ours: its age decides
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

async function readHolder(path: string): Promise<string | undefined> {
  return await readFile(path, "utf8").catch(() => undefined);
}

async function touch(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
}

function isExisting(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
