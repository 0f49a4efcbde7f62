// Shorter halts are a debugger's or a scheduler's, and nobody needs to act.
const secondsUntilTold = 2;

/** Tells by warnings when a worker is halted (SIGSTOP) and when it goes on; call it at every look. */
export function createHaltNotice(onEvent: (event: unknown) => void): (isHalted: boolean) => void {
  let haltedAt: number | undefined;
  let isTold = false;
  return (isHalted) => {
    if (!isHalted) {
      haltedAt = undefined;
      if (isTold) onEvent(warning("WORKER_CONTINUED", "The training process goes on."));
      isTold = false;
      return;
    }
    haltedAt ??= performance.now();
    if (isTold || performance.now() - haltedAt < 1000 * secondsUntilTold) return;
    isTold = true;
    onEvent(
      warning(
        "WORKER_STOPPED",
        'The training process is halted (SIGSTOP). Its id begins worker.pid in the run folder; "kill -CONT" with it lets it go on.',
      ),
    );
  };
}

function warning(code: string, message: string): object {
  return { type: "warning", code, message };
}
