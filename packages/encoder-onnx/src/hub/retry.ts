import { setTimeout as delay } from "node:timers/promises";
import { unreachableError } from "./error.ts";
import type { HubSettings } from "./settings.ts";

/** A failure that another try may mend. It stays inside this package. */
export class TransientError extends Error {
  /** How long the server asks to wait, in milliseconds. */
  readonly pauseMs: number | undefined;

  constructor(cause: unknown, pauseMs?: number) {
    super("The hub failed for now.", { cause });
    this.pauseMs = pauseMs;
  }
}

const longestPauseMs = 60_000;

/**
 * Tries again, after pauses that double, as long as an attempt ends with a {@link TransientError};
 * failures are counted anew whenever an attempt reports that it got further.
 *
 * @throws ModelError `HUB_UNREACHABLE` after `retries` failures in a row; other errors as they are, and
 * the signal's reason when it is aborted.
 */
export async function retry<T>(options: {
  /** Names what is asked for, in messages. */
  readonly what: string;
  readonly url: string;
  readonly settings: HubSettings;
  readonly signal?: AbortSignal | undefined;
  readonly attempt: (gotFurther: () => void) => Promise<T>;
}): Promise<T> {
  const { what, url, settings, signal, attempt } = options;
  let failures = 0;
  for (;;) {
    try {
      return await attempt(() => {
        failures = 0;
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof TransientError)) throw error;
      if (failures >= settings.retries) throw unreachableError({ what, url, cause: error.cause });
      const pauseMs = error.pauseMs ?? settings.retryDelayMs * 2 ** failures;
      failures++;
      await delay(Math.min(pauseMs, longestPauseMs), undefined, { signal }).catch(() => {
        throw signal?.reason;
      });
    }
  }
}
