/** Park and Miller's minimal standard generator, in (0, 1): good enough for noise, the same everywhere. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
