import { yieldToEventLoop } from "@semblance/core";
import type { CacheSettings } from "./config.ts";
import { type CacheEntries, cacheEntries } from "./entries.ts";
import { cacheUnusable, isDamage } from "./errors.ts";
import { type CacheFile, newestGeneration, openCacheFile } from "./file.ts";
import type { CachedVector, CacheEntry } from "./vector.ts";

/** Vectors on disk by the hash of what they were made from; any number of processes may share it. */
export interface EmbeddingCache {
  /** The vectors in the order of `keys` (32 bytes each), `undefined` where there is none. */
  get(keys: readonly Uint8Array[]): Promise<(CachedVector | undefined)[]>;
  put(entries: readonly CacheEntry[]): Promise<void>;
  usage(): Promise<CacheUsage>;
  close(): Promise<void>;
}

/** What a store holds. */
export interface CacheUsage {
  /** Vectors that are kept. */
  readonly entries: number;
  readonly bytes: number;
  /** Vectors, and whole stores, that this process found damaged and made again. */
  readonly damaged: number;
}

interface OpenStore extends CacheFile {
  readonly entries: CacheEntries;
}

/**
 * Opens the store in a folder, or makes it. A store that turns out to be damaged is given up for an
 * empty one, and a vector that does is forgotten: what they held is encoded again.
 *
 * @throws EncoderError `EMBEDDING_CACHE_UNUSABLE`, here and in every method.
 */
export async function openEmbeddingCache(settings: CacheSettings): Promise<EmbeddingCache> {
  let damaged = 0;
  const open = (from: number) => openStore(settings, from, () => damaged++);
  let opening = open(1);
  await opening;

  /** Runs `action`; where the store is damaged, once more on the one that takes its place. */
  async function onStore<T>(action: (entries: CacheEntries) => T): Promise<T> {
    for (let isRetry = false; ; ) {
      const asked = opening;
      const store = await asked;
      // Another call may have given up this store meanwhile.
      if (opening !== asked) continue;
      try {
        return action(store.entries);
      } catch (error) {
        if (isRetry || !isDamage(error)) throw cacheUnusable(settings.folder, error);
        isRetry = true;
        damaged++;
        store.database.close();
        opening = open(store.generation + 1);
      }
    }
  }

  return {
    get: (keys) =>
      onStore((entries) => {
        const result = entries.get(keys);
        damaged += result.damaged;
        return result.found;
      }),
    put: async (added) => {
      await onStore((entries) => entries.put(added));
      await onStore((entries) => entries.shrink());
    },
    usage: () => onStore((entries) => ({ ...entries.usage(), damaged })),
    close: async () => {
      const { database } = await opening;
      database.close();
    },
  };
}

/** The newest store of the folder, of generation `from` at least; the next one where it is damaged. */
async function openStore(
  settings: CacheSettings,
  from: number,
  onDamage: () => void,
): Promise<OpenStore> {
  try {
    const generation = Math.max(from, await newestGeneration(settings.folder));
    return await openGeneration(settings, generation).catch((error: unknown) => {
      if (!isDamage(error)) throw error;
      onDamage();
      return openGeneration(settings, generation + 1);
    });
  } catch (error) {
    throw cacheUnusable(settings.folder, error);
  }
}

async function openGeneration(
  { folder, maxBytes }: CacheSettings,
  generation: number,
): Promise<OpenStore> {
  const file = await openCacheFile(folder, generation);
  try {
    const entries = cacheEntries(file.database, maxBytes);
    while (entries.shrink()) await yieldToEventLoop();
    return { ...file, entries };
  } catch (error) {
    file.database.close();
    throw error;
  }
}
