import { type Encoder, parseConfig } from "@semblance/core";
import { createResource } from "../resource.ts";
import { createCachedTower } from "./cached-tower.ts";
import { identifyImage, identifyText } from "./cached-tower-content.ts";
import { type CacheConfig, cacheConfig } from "./config.ts";
import { type CacheUsage, openEmbeddingCache } from "./embedding-cache.ts";

export type { CacheConfig } from "./config.ts";
export type { CacheUsage } from "./embedding-cache.ts";

/** An encoder that remembers what it has encoded. */
export interface CachedEncoder extends Encoder {
  /** What the store holds, and what this encoder found in it. */
  cacheUsage(): Promise<CacheCounts>;
}

/** {@link CacheUsage} with the lookups of one encoder. */
export interface CacheCounts extends CacheUsage {
  /** Items whose vector came from the store. */
  readonly hits: number;
  /** Items that were given to the encoder. */
  readonly misses: number;
}

/**
 * Wraps any encoder so that an image or text which was encoded before, by this process or another,
 * is read from a store on disk. What counts is the content: an image file is read and hashed, not
 * decoded, so that a changed file is encoded again and a renamed one is not. Vectors come back bit for
 * bit as they were stored, under the id of the tower that made them.
 *
 * Disposing of it disposes of `encoder`.
 *
 * @throws ConfigError `CONFIG_INVALID`; EncoderError `EMBEDDING_CACHE_UNUSABLE` when better-sqlite3 is not
 * installed or the folder cannot be used, also while encoding, when the disk is full.
 */
export async function cacheEncoder(encoder: Encoder, config: CacheConfig): Promise<CachedEncoder> {
  const settings = parseConfig(cacheConfig, config, "cache options");
  const store = createResource({
    load: () => openEmbeddingCache(settings),
    close: (cache) => cache.close(),
  });
  await store.get();
  const { id, name, dimension, scoring } = encoder;
  let [hits, misses] = [0, 0];
  const common = {
    dimension,
    cache: store.get,
    onLookup: (found: { readonly hits: number; readonly misses: number }) => {
      hits += found.hits;
      misses += found.misses;
    },
  };
  const image =
    encoder.image && createCachedTower({ ...common, ...imageItems, tower: encoder.image });
  const text = encoder.text && createCachedTower({ ...common, ...textItems, tower: encoder.text });
  return {
    id,
    name,
    dimension,
    scoring,
    ...(image && { image }),
    ...(text && { text }),
    cacheUsage: async () => ({ ...(await (await store.get()).usage()), hits, misses }),
    [Symbol.asyncDispose]: async () => {
      await store.close();
      await encoder[Symbol.asyncDispose]();
    },
  };
}

const imageItems = {
  identify: identifyImage,
  groupSize: 32,
  stage: "encoding images",
  unit: "images",
};

const textItems = {
  identify: identifyText,
  groupSize: 256,
  stage: "encoding texts",
  unit: "texts",
};
