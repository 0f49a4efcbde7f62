/** How far the wish to end has gone: stop in good order, or leave at once. */
export type StopLevel = "none" | "stop" | "leave";

/** The wish to end a job, told once or twice. */
export interface StopRequest extends Disposable {
  readonly level: StopLevel;
  /** The first asks to stop, the second to leave at once. */
  ask(): void;
  /** Waits, but no longer than until the next {@link StopRequest.ask}. */
  wait(milliseconds: number): Promise<void>;
}

/** A stop request that `signal` also makes, once. */
export function createStopRequest(signal?: AbortSignal): StopRequest {
  let level: StopLevel = "none";
  let wake = () => {};
  const ask = () => {
    level = level === "none" ? "stop" : "leave";
    wake();
  };
  if (signal?.aborted) ask();
  signal?.addEventListener("abort", ask, { once: true });
  return {
    get level() {
      return level;
    },
    ask,
    wait: (milliseconds) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    [Symbol.dispose]: () => signal?.removeEventListener("abort", ask),
  };
}
