import { freeMemory } from "./free-memory.ts";

/** Arrays one after another; their own memory is given back. */
export function joinArrays(arrays: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  freeMemory(...arrays);
  return joined;
}
