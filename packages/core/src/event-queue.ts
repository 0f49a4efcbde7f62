/** A queue between one writer, who never waits, and one reader. */
export interface EventQueue<T> extends AsyncIterable<T> {
  push(event: T): void;
  /** No event will follow; the reader ends after those that wait. */
  end(): void;
}

/**
 * A queue that holds the newest `capacity` events until somebody reads them.
 *
 * Readers share it: each event goes to one of them.
 */
export function createEventQueue<T>(capacity: number): EventQueue<T> {
  const waiting: T[] = [];
  let isEnded = false;
  let wake = () => {};
  let changed = new Promise<void>((resolve) => {
    wake = resolve;
  });

  function announce(): void {
    const wakeReaders = wake;
    changed = new Promise((resolve) => {
      wake = resolve;
    });
    wakeReaders();
  }

  async function* read(): AsyncGenerator<T, void> {
    for (;;) {
      // One at a time: a reader may stop after any event, and the rest are the next one's.
      while (waiting.length > 0) yield* waiting.splice(0, 1);
      if (isEnded) return;
      await changed;
    }
  }

  return {
    push(event) {
      waiting.push(event);
      if (waiting.length > capacity) waiting.shift();
      announce();
    },
    end() {
      isEnded = true;
      announce();
    },
    [Symbol.asyncIterator]: read,
  };
}
