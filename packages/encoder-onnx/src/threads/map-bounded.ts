/** An input with what became of it. */
export interface Settled<Input, Output> {
  readonly input: Input;
  readonly result: PromiseSettledResult<Output>;
}

/** `Promise.allSettled` over `items.map(action)` with at most `concurrency` actions under way; in order. */
export async function mapBounded<Input, Output>(
  items: readonly Input[],
  concurrency: number,
  action: (item: Input) => Promise<Output>,
): Promise<Settled<Input, Output>[]> {
  const settled: Settled<Input, Output>[] = [];
  // Shared by the workers: each takes the next item that nobody has taken.
  const entries = items.entries();
  const work = async () => {
    for (const [i, input] of entries) {
      const [result] = await Promise.allSettled([action(input)]);
      settled[i] = { input, result };
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return settled;
}
