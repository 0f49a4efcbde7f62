/** Some of a list's items, one after the other. */
export interface ItemRange {
  readonly start: number;
  /** Behind the last. */
  readonly end: number;
}

/** A machine's share of the work. */
export interface MachineShard {
  /** From 1. */
  readonly number: number;
  readonly of: number;
}

/**
 * The items of one of several machines. All of them together have every item once, and their outputs
 * one behind the other have the order of the whole. Where there are enough items, shares begin where
 * the whole's blocks do, so that batches are the same ones; else they are of equal size.
 */
export function shardRange(items: number, blockSize: number, shard: MachineShard): ItemRange {
  const unit = items >= blockSize * shard.of ? blockSize : 1;
  const units = Math.ceil(items / unit);
  const boundary = (share: number) =>
    Math.min(items, Math.floor((units * share) / shard.of) * unit);
  return { start: boundary(shard.number - 1), end: boundary(shard.number) };
}
