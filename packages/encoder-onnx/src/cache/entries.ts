import { crc32 } from "node:zlib";
import type Sqlite from "better-sqlite3";
import type { CachedVector, CacheEntry } from "./vector.ts";

/** What can be done with an open file of vectors. Everything throws what SQLite throws. */
export interface CacheEntries {
  /** The vectors in the order of `keys`, `undefined` where there is none; and how many were damaged. */
  get(keys: readonly Uint8Array[]): { found: (CachedVector | undefined)[]; damaged: number };
  /** Adds or replaces; what was not used for longest makes room. */
  put(entries: readonly CacheEntry[]): void;
  /** Removes what is beyond `maxBytes`, a little at a time; false once there is nothing to remove. */
  shrink(): boolean;
  usage(): { entries: number; bytes: number };
}

interface Row {
  readonly id: number;
  /** Milliseconds since 1970, or a little later. */
  readonly used: number;
  readonly checksum: number;
  readonly truncated: number;
  readonly vector: Uint8Array;
}

/** A use is noted once a minute: reading the same vectors again and again writes nothing. */
const useResolutionMs = 60_000;
/** Vectors that are removed at a time, so that other work is not held up. */
const removedAtOnce = 256;
/** Pages that a write may take besides the vectors: the indexes of keys and uses. */
const sparePages = 8;

/** The operations on `database`, prepared. */
export function cacheEntries(database: Sqlite.Database, maxBytes: number): CacheEntries {
  const statements = prepareStatements(database);
  const pageSize = Number(database.pragma("page_size", { simple: true }));
  const bytesInUse = () => {
    const pages = Number(database.pragma("page_count", { simple: true }));
    return (pages - Number(database.pragma("freelist_count", { simple: true }))) * pageSize;
  };
  const select = database.transaction((keys: readonly Uint8Array[]) =>
    keys.map((key) => statements.select.get(key)),
  );
  // Later than every use before, whatever the clock does: what is new must not be the first to go.
  const stampUse = () => Math.max(Date.now(), (statements.newest.get()?.used ?? 0) + 1);
  const noteUse = database.transaction((rows: readonly Row[]) => {
    const used = stampUse();
    for (const { id } of rows) statements.noteUse.run(used, id);
  });
  const put = database.transaction((entries: readonly CacheEntry[]) => {
    const wanted = entries.reduce((sum, { vector }) => sum + vector.byteLength, 0);
    const hasRoom = bytesInUse() + wanted + sparePages * pageSize <= maxBytes;
    // A row is overwritten where it stands: removing rows here and there would free no pages.
    const oldest = hasRoom ? [] : statements.oldest.all(entries.length).map(({ id }) => id);
    const used = stampUse();
    for (const { key, vector, isTruncated } of entries) {
      const id = statements.select.get(key)?.id ?? oldest.shift();
      if (id !== undefined) statements.remove.run(id);
      const bytes = new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
      const checksum = checksumOf(key, bytes);
      statements.insert.run(id ?? null, key, used, checksum, isTruncated ? 1 : 0, bytes);
    }
  });
  const shrink = database.transaction(() => {
    if (bytesInUse() <= maxBytes) return false;
    const oldest = statements.oldest.all(removedAtOnce);
    for (const { id } of oldest) statements.remove.run(id);
    database.exec("PRAGMA incremental_vacuum");
    return oldest.length > 0;
  });

  return {
    get: (keys) => {
      const rows = select(keys);
      const found = rows.map((row, i) => row && toVector(row, keys[i]));
      const stale = rows.filter((row) => row !== undefined).filter(isStale);
      if (stale.length > 0) noteUse.immediate(stale);
      const damaged = rows.filter((row, i) => row !== undefined && found[i] === undefined).length;
      return { found, damaged };
    },
    put: (entries) => put.immediate(entries),
    shrink: () => shrink.immediate(),
    usage: () => ({ entries: statements.count.get()?.entries ?? 0, bytes: bytesInUse() }),
  };
}

function prepareStatements(database: Sqlite.Database) {
  return {
    select: database.prepare<[Uint8Array], Row>(
      "SELECT id, used, checksum, truncated, vector FROM entries WHERE key = ?",
    ),
    noteUse: database.prepare<[number, number]>("UPDATE entries SET used = ? WHERE id = ?"),
    oldest: database.prepare<[number], Pick<Row, "id">>(
      "SELECT id FROM entries ORDER BY used, id LIMIT ?",
    ),
    newest: database.prepare<[], Pick<Row, "used">>(
      "SELECT used FROM entries ORDER BY used DESC LIMIT 1",
    ),
    remove: database.prepare<[number]>("DELETE FROM entries WHERE id = ?"),
    insert: database.prepare<[number | null, Uint8Array, number, number, number, Uint8Array]>(
      "INSERT INTO entries(id, key, used, checksum, truncated, vector) VALUES (?, ?, ?, ?, ?, ?)",
    ),
    count: database.prepare<[], { entries: number }>("SELECT count(*) AS entries FROM entries"),
  };
}

// Numbers are stored as the processor has them: little-endian on every platform that runs this.
function toVector(row: Row, key: Uint8Array | undefined): CachedVector | undefined {
  if (key === undefined || checksumOf(key, row.vector) !== row.checksum) return undefined;
  const vector = new Float32Array(row.vector.length / Float32Array.BYTES_PER_ELEMENT);
  new Uint8Array(vector.buffer).set(row.vector);
  return { vector, isTruncated: row.truncated === 1 };
}

/** SQLite has no checksums: a bit that flips on the disk would be a wrong number. */
function checksumOf(key: Uint8Array, bytes: Uint8Array): number {
  return crc32(bytes, crc32(key));
}

function isStale({ used }: Row): boolean {
  return Date.now() - used >= useResolutionMs;
}
