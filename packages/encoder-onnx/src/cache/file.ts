import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Sqlite from "better-sqlite3";
import { cacheUnusable, isBusy } from "./errors.ts";

/** One SQLite file of vectors, open. */
export interface CacheFile {
  readonly database: Sqlite.Database;
  readonly generation: number;
}

/** Bytes a page: seven vectors of 512 fit one of 16 KiB, and would fill one of 4 KiB by half. */
const pageSize = 16_384;
/** The number is that of the layout below: another layout takes another name. */
const namePattern = /^embeddings-v1-(\d+)\.sqlite/;
const schema = `
  CREATE TABLE IF NOT EXISTS entries(
    id INTEGER PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    used INTEGER NOT NULL,
    checksum INTEGER NOT NULL,
    truncated INTEGER NOT NULL,
    vector BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS entries_by_use ON entries(used, id);`;
/** How long one process waits while another writes. Writes take milliseconds. */
const busyTimeoutMs = 10_000;

/**
 * Opens the file of a generation, or makes it, and removes those before it.
 *
 * A damaged file is followed by the next generation rather than replaced: SQLite removes a database's
 * log by its path, so that a path which is used again could lose a log that is in use.
 *
 * @throws EncoderError `EMBEDDING_CACHE_UNUSABLE` without the engine; what SQLite throws.
 */
export async function openCacheFile(folder: string, generation: number): Promise<CacheFile> {
  const Database = await loadSqlite();
  const path = join(folder, `embeddings-v1-${generation}.sqlite`);
  const database = await whenFree(() => prepare(new Database(path, { timeout: busyTimeoutMs })));
  for (const [name, older] of await generationsOf(folder)) {
    // Windows refuses while another process has it open; whoever opens the cache next tries again.
    if (older < generation) await rm(join(folder, name), { force: true }).catch(() => {});
  }
  return { database, generation };
}

/** The generation of the folder's newest file; 0 where there is none. Makes the folder. */
export async function newestGeneration(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  return Math.max(0, ...(await generationsOf(folder)).values());
}

async function loadSqlite(): Promise<typeof Sqlite> {
  try {
    return (await import("better-sqlite3")).default;
  } catch (error) {
    throw cacheUnusable(undefined, error);
  }
}

function prepare(database: Sqlite.Database): Sqlite.Database {
  try {
    database.pragma(`page_size = ${pageSize}`);
    database.pragma("auto_vacuum = INCREMENTAL");
    database.pragma("journal_mode = WAL");
    // What was written is there after a crash of the process; after one of the machine, most of it.
    database.pragma("synchronous = NORMAL");
    database.transaction(() => database.exec(schema)).immediate();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

// Two processes that make a file at the same moment: SQLite refuses one of them without waiting.
async function whenFree<T>(open: () => T): Promise<T> {
  const giveUpAt = Date.now() + busyTimeoutMs;
  for (;;) {
    try {
      return open();
    } catch (error) {
      if (!isBusy(error) || Date.now() > giveUpAt) throw error;
      await sleep(10);
    }
  }
}

/** File name → generation, logs included. */
async function generationsOf(folder: string): Promise<Map<string, number>> {
  const names = await readdir(folder);
  const found = names.map((name) => [name, Number(namePattern.exec(name)?.[1] ?? 0)] as const);
  return new Map(found.filter(([, generation]) => generation > 0));
}
