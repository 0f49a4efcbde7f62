/** A stream that is taken in portions. */
export interface Portions<T> {
  /** The next values, at most `limit`; to be read to their end before anything else is asked. */
  take(limit: number): AsyncGenerator<T, void, undefined>;
  hasMore(): Promise<boolean>;
}

/** Reads a stream in portions, without holding one in memory. */
export function inPortions<T>(values: AsyncGenerator<T, void, undefined>): Portions<T> {
  let ahead: IteratorResult<T, void> | undefined;
  const look = async () => {
    ahead ??= await values.next();
    return ahead;
  };
  return {
    async *take(limit) {
      for (let count = 0; count < limit; count++) {
        const next = await look();
        if (next.done === true) return;
        ahead = undefined;
        yield next.value;
      }
    },
    hasMore: async () => (await look()).done !== true,
  };
}
