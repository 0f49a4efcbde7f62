/** Orders two positions with equal scores: negative when the first comes first. */
export type CompareTies = (a: number, b: number) => number;

/**
 * Positions of the `k` highest scores, best first; all positions when there are fewer.
 *
 * Equal scores are ordered by `compareTies` (lower position first by default), so that the top k are
 * always the first k of the top k + n.
 *
 * @throws RangeError when `k` is not a positive integer.
 */
export function topK(
  scores: Float32Array,
  k: number,
  compareTies: CompareTies = (a, b) => a - b,
): Uint32Array {
  if (!Number.isInteger(k) || k < 1)
    throw new RangeError(`k must be a positive integer, found ${k}.`);
  const size = Math.min(k, scores.length);
  const comesBefore = (a: number, b: number): boolean => {
    const difference = (scores[a] ?? 0) - (scores[b] ?? 0);
    return difference > 0 || (difference === 0 && compareTies(a, b) < 0);
  };
  const heap = new Uint32Array(size);
  for (let i = 0; i < size; i++) heap[i] = i;
  for (let i = (size >> 1) - 1; i >= 0; i--) sink(heap, i, comesBefore);
  for (let i = size; i < scores.length; i++) {
    if (!comesBefore(i, heap[0] ?? 0)) continue;
    heap[0] = i;
    sink(heap, 0, comesBefore);
  }
  return heap.sort((a, b) => (comesBefore(a, b) ? -1 : 1));
}

// The root of the heap is the last of the kept: the one to beat.
function sink(
  heap: Uint32Array,
  start: number,
  comesBefore: (a: number, b: number) => boolean,
): void {
  const moving = heap[start] ?? 0;
  let hole = start;
  for (;;) {
    let child = 2 * hole + 1;
    if (child >= heap.length) break;
    const right = child + 1;
    if (right < heap.length && comesBefore(heap[child] ?? 0, heap[right] ?? 0)) child = right;
    const candidate = heap[child] ?? 0;
    if (!comesBefore(moving, candidate)) break;
    heap[hole] = candidate;
    hole = child;
  }
  heap[hole] = moving;
}
