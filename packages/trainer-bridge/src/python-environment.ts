import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { pythonFolder } from "./package-folder.ts";

/** What an environment's marker says. It is written last, so that one without it is unfinished. */
export interface EnvironmentRecord {
  /** SHA-256 of the lock that was installed. */
  readonly lock: string;
  /** SHA-256 of the lock of the development tools, where they are there. */
  readonly developmentLock: string | null;
  /** The requirement: `"torch==2.13.0+cpu"`. */
  readonly torch: string;
  /** Versions by package. */
  readonly versions: Readonly<Record<string, string>>;
  /** Unix seconds. */
  readonly completedAt: number;
}

/** A finished environment. */
export interface Environment {
  readonly folder: string;
  /** Its interpreter. */
  readonly python: string;
  readonly record: EnvironmentRecord;
}

const markerName = "semblance-environment.json";

const recordSchema: z.ZodType<EnvironmentRecord> = z.object({
  lock: z.string(),
  developmentLock: z.string().nullable(),
  torch: z.string(),
  versions: z.record(z.string(), z.string()),
  completedAt: z.number(),
});

/** The user's data folder for Semblance: shared by all checkouts and versions. */
export function defaultDataFolder(): string {
  if (process.platform === "win32") {
    return join(process.env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local"), "semblance");
  }
  if (process.platform === "darwin") {
    return join(homedir(), "Library", "Application Support", "semblance");
  }
  return join(process.env.XDG_DATA_HOME || join(homedir(), ".local", "share"), "semblance");
}

/** The locks that this version of the package installs, and their hashes. */
export interface Locks {
  readonly lockFile: string;
  readonly lock: string;
  readonly developmentLockFile: string;
  readonly developmentLock: string;
}

/** Reads the locks in `folder`. @defaultValue the package's own */
export function readLocks(folder: string = pythonFolder): Locks {
  const lockFile = join(folder, "requirements.lock");
  const developmentLockFile = join(folder, "requirements-dev.lock");
  return {
    lockFile,
    lock: sha256(readFileSync(lockFile, "utf8")),
    developmentLockFile,
    developmentLock: sha256(readFileSync(developmentLockFile, "utf8")),
  };
}

/** Where the environment with this lock and this torch belongs. */
export function environmentFolder(dataFolder: string, lock: string, torch: string): string {
  return join(dataFolder, `python-${sha256(`${lock}\n${torch}`).slice(0, 12)}`);
}

/** The finished environments with this package's lock, the newest first. */
export function completeEnvironments(dataFolder: string = defaultDataFolder()): Environment[] {
  if (!existsSync(dataFolder)) return [];
  const { lock } = readLocks();
  return readdirSync(dataFolder)
    .filter((name) => name.startsWith("python-"))
    .map((name) => readEnvironment(join(dataFolder, name)))
    .filter((environment) => environment !== undefined)
    .filter(({ record }) => record.lock === lock)
    .sort((a, b) => b.record.completedAt - a.record.completedAt);
}

/** The environment in `folder`, if there is a finished one whose interpreter still exists. */
export function readEnvironment(folder: string): Environment | undefined {
  const python = interpreterIn(folder);
  const marker = join(folder, markerName);
  if (!existsSync(marker) || !existsSync(python)) return undefined;
  const record = recordSchema.safeParse(readJson(marker));
  return record.success ? { folder, python, record: record.data } : undefined;
}

/** What the file says; `undefined` when it is damaged or cannot be read. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/** The file whose presence says that the environment is finished. */
export function markerOf(folder: string): string {
  return join(folder, markerName);
}

/** The interpreter of a virtual environment. */
export function interpreterIn(folder: string): string {
  return process.platform === "win32"
    ? join(folder, "Scripts", "python.exe")
    : join(folder, "bin", "python");
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
