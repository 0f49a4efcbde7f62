import type { Progress } from "./progress.ts";

/** What every long operation takes. */
export interface RunOptions {
  /** Aborting rejects with `signal.reason`; `fit` alone resolves, with the best so far. */
  readonly signal?: AbortSignal;
  /** Called now and then from the caller's own event loop; must not throw. */
  readonly onProgress?: (progress: Progress) => void;
}
