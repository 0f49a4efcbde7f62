/** A vector as it is kept. */
export interface CachedVector {
  readonly vector: Float32Array;
  /** Whether its text was longer than the model reads. */
  readonly isTruncated: boolean;
}

/** A vector with the hash of what it was made from. */
export interface CacheEntry extends CachedVector {
  /** 32 bytes. */
  readonly key: Uint8Array;
}
