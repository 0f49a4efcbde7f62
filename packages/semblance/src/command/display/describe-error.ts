import { SemblanceError, TrainerError } from "@semblance/core";

/** An error as the command tells it: in the document with `--json`, and on stderr. */
export interface ErrorDescription {
  readonly code: string;
  readonly message: string;
  readonly fix?: string | undefined;
}

/** What to say of anything that was thrown. */
export function describeError(error: unknown): ErrorDescription {
  if (SemblanceError.isInstance(error)) {
    const { code, message, fix } = error;
    return { code, message, fix };
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError) return { code: "ARGUMENT_INVALID", message };
  if (isSystemError(error)) return describeSystemError(error, message);
  const fix = "This is not an error that was foreseen: --verbose shows where it happened.";
  return { code: "UNEXPECTED", message, fix };
}

interface SystemError extends Error {
  readonly code: string;
  readonly path?: string;
}

// What the operating system refuses; "path" is there when it was about a file.
function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && "syscall" in error && "code" in error;
}

const systemErrors: Readonly<Record<string, ErrorDescription>> = {
  ENOSPC: { code: "DISK_FULL", message: "The disk is full", fix: "Make room and try again." },
  EACCES: { code: "FILE_FORBIDDEN", message: "No permission", fix: "Give a place of your own." },
  EPERM: { code: "FILE_FORBIDDEN", message: "No permission", fix: "Give a place of your own." },
  EROFS: { code: "FILE_FORBIDDEN", message: "Read-only", fix: "Give a place of your own." },
  ENOENT: { code: "FILE_NOT_FOUND", message: "There is nothing there", fix: "Check the path." },
  ENOTDIR: {
    code: "NOT_A_FOLDER",
    message: "A file stands where a folder is needed",
    fix: "Give another path.",
  },
  EEXIST: {
    code: "NOT_A_FOLDER",
    message: "A file stands where a folder is needed",
    fix: "Give another path.",
  },
  EISDIR: {
    code: "NOT_A_FILE",
    message: "A folder stands where a file is needed",
    fix: "Give another path.",
  },
};

function describeSystemError(error: SystemError, message: string): ErrorDescription {
  const known = systemErrors[error.code];
  if (!known) return { code: "SYSTEM_ERROR", message };
  const place = error.path === undefined ? "" : `: ${error.path}`;
  return { ...known, message: `${known.message}${place} (${error.code}).` };
}

/** All that is known of where an error came from, Python's side included, for `--verbose`. */
export function traceError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  const { traceback, log } = TrainerError.isInstance(error) ? error.python : {};
  const parts = [
    error.stack ?? error.message,
    traceback,
    log && `The last lines that Python wrote:\n${log}`,
    cause === undefined ? undefined : `Caused by ${traceError(cause)}`,
  ];
  return parts.filter(Boolean).join("\n");
}
