import { yieldToEventLoop } from "@semblance/core";

/** Why long work should end before it is done. */
type StopReason = "timeLimit" | "aborted";

/** Lets others run during long work, and says when it should end. */
export interface Pace {
  /** Waits for a turn of the event loop, when the last one was a while ago. */
  pause(): Promise<void>;
  /** `reserve`: seconds that are needed for what must follow. @defaultValue reserve 0 */
  stopReason(reserve?: number): StopReason | undefined;
  /** Seconds since the start. */
  elapsed(): number;
  /** Seconds until the limit; infinite without one. */
  left(): number;
}

const longestTurnMs = 30;

/** A pace for work that began now; `isCancelled` is asked at every turn. */
export function createPace(options: {
  readonly timeLimit: number | undefined;
  readonly isCancelled: () => boolean;
}): Pace {
  const { timeLimit = Number.POSITIVE_INFINITY, isCancelled } = options;
  const startedAt = performance.now();
  let turnAt = startedAt;
  const elapsed = () => (performance.now() - startedAt) / 1000;
  const left = () => timeLimit - elapsed();
  return {
    elapsed,
    left,
    pause: async () => {
      if (performance.now() - turnAt < longestTurnMs) return;
      await yieldToEventLoop();
      turnAt = performance.now();
    },
    stopReason: (reserve = 0) => {
      if (isCancelled()) return "aborted";
      return left() <= reserve ? "timeLimit" : undefined;
    },
  };
}
