import { SemblanceError, TrainerError } from "@semblance/core";

/**
 * Does work on files.
 *
 * @throws {@link TrainerError} `DISK_FULL` or `EXPORT_FAILED` in place of the system's error.
 */
export async function asTrainerError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (SemblanceError.isInstance(cause)) throw cause;
    throw toTrainerError(cause);
  }
}

function toTrainerError(cause: unknown): TrainerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const codes = ["ENOSPC", "EDQUOT", "EFBIG"];
  const isFull = cause instanceof Error && "code" in cause && codes.includes(String(cause.code));
  return new TrainerError({
    code: isFull ? "DISK_FULL" : "EXPORT_FAILED",
    message: `The model cannot be written: ${reason}.`,
    fix: isFull
      ? "Free some space, then fit again."
      : "See that the folder can be written and the start can be read, then fit again.",
    cause,
  });
}
