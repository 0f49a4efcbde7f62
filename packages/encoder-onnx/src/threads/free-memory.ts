/**
 * Gives back the memory of arrays that nobody reads again. V8 would, too, but late: an array's memory
 * outside its heap hardly counts when it decides to collect, and megabytes an image add up.
 */
export function freeMemory(...arrays: readonly ArrayBufferView[]): void {
  for (const { buffer, byteLength } of arrays) {
    // Small buffers of Node's are parts of one that they share.
    const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
    if (isWhole) buffer.transfer(0);
  }
}
