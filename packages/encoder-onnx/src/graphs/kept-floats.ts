import { freeMemory } from "../threads/free-memory.ts";

/**
 * Memory for a batch's values, the same for every batch: V8 would collect a whole heap for some megabytes
 * that come and go. What was taken before is overwritten.
 */
export type KeptFloats = (length: number) => Float32Array;

/** Makes memory that grows with the largest batch. */
export function createKeptFloats(): KeptFloats {
  let kept = new Float32Array();
  return (length) => {
    if (length > kept.length) {
      freeMemory(kept);
      kept = new Float32Array(length);
    }
    return kept.subarray(0, length);
  };
}
