import type { PythonBridge } from "./python-bridge.ts";
import type { StopLevel, StopRequest } from "./stop-request.ts";

/** Why a worker was killed. */
export type KillReason = "leaving" | "silence";

/** What {@link createCanceller} needs. */
export interface CancellerOptions {
  readonly bridge: PythonBridge;
  /** The worker's name at the bridge. */
  readonly id: string;
  readonly stop: StopRequest;
  /** Silence after which a worker that was asked to stop is killed. */
  readonly cancelGraceMs: number;
}

/** Passes the wish to end on to a worker. */
interface Canceller {
  /** Why the worker was killed, where it was. */
  readonly killedFor: KillReason | undefined;
  noteSignOfLife(): void;
  /** Tells the worker what it has not been told yet. */
  passOn(): Promise<void>;
}

/** Nothing is passed on before {@link Canceller.passOn} is called. */
export function createCanceller(options: CancellerOptions): Canceller {
  const { bridge, id, stop, cancelGraceMs } = options;
  let told: StopLevel = "none";
  let lastSign = 0;
  let killedFor: KillReason | undefined;

  async function kill(reason: KillReason): Promise<void> {
    told = "leave";
    killedFor = reason;
    await bridge.call("cancel", { id, force: true });
  }

  return {
    get killedFor() {
      return killedFor;
    },
    noteSignOfLife() {
      lastSign = performance.now();
    },
    async passOn() {
      if (told === "leave" || stop.level === "none") return;
      if (stop.level === "leave") return await kill("leaving");
      if (told === "none") {
        told = "stop";
        lastSign = performance.now();
        await bridge.call("cancel", { id, force: false });
      } else if (performance.now() - lastSign > cancelGraceMs) {
        await kill("silence");
      }
    },
  };
}
