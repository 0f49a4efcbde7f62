import { TrainerError, withoutUndefined } from "@semblance/core";

const resumable = new Set(["WORKER_KILLED", "PYTHON_DIED", "ABORTED"]);

/** The same error with a remedy in the words of the command: an option instead of a property. */
export function forCommand(error: unknown, fix: string): unknown {
  if (!TrainerError.isInstance(error) || !resumable.has(error.code)) return error;
  const { code, message, python } = error;
  return new TrainerError(withoutUndefined({ code, message, fix, python, cause: error.cause }));
}
