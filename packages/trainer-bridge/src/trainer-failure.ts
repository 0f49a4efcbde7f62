import { TrainerError } from "@semblance/core";
import { z } from "zod";

/** The command that makes the Python environment. */
export const setUpCommand = "npx @semblance/semblance setup-python";

const resumeFix = "Run the same fit again with resume: true; it goes on from the last checkpoint.";

/** How Python writes an error, in an answer of the bridge and in exit.json. */
export const pythonFailure: z.ZodType<PythonFailureRecord> = z.object({
  type: z.string(),
  code: z.string(),
  message: z.string(),
  fix: z.string().exactOptional(),
  traceback: z.string(),
});

/** An error as Python describes it. */
export interface PythonFailureRecord {
  readonly type: string;
  readonly code: string;
  readonly message: string;
  readonly fix?: string;
  readonly traceback: string;
}

/** The error that Python described, under its own code. */
export function failureFromPython(record: PythonFailureRecord, log?: string): TrainerError {
  const python = { pythonType: record.type, traceback: record.traceback };
  return new TrainerError({
    code: record.code,
    message: record.message,
    ...(record.fix === undefined ? {} : { fix: record.fix }),
    python: log === undefined ? python : { ...python, log },
  });
}

/** `PYTHON_NOT_FOUND`: no interpreter, or none that can be used. */
export function pythonNotFound(message: string, cause?: unknown): TrainerError {
  return new TrainerError({
    code: "PYTHON_NOT_FOUND",
    message,
    fix: `Run "${setUpCommand}", or name a Python that has what "doctor --python" lists.`,
    cause,
  });
}

/** `PYTHON_DIED`: the control process ended while it was needed. */
export function pythonDied(how: string, log: string): TrainerError {
  return new TrainerError({
    code: "PYTHON_DIED",
    message: `Python's control process ended (${how}). A training that it watched saves a checkpoint and stops within 20 s, unless it is detached.`,
    fix: resumeFix,
    python: { log },
  });
}

/** `WORKER_KILLED`: the training or export process ended without saying why. */
export function workerKilled(how: string, log: string): TrainerError {
  return new TrainerError({
    code: "WORKER_KILLED",
    message: `The Python worker ended without a result (${how}).`,
    fix: resumeFix,
    python: { log },
  });
}

/** `DISK_FULL`: a worker or this process could not write. */
export function diskFull(
  message: string,
  details: { log?: string; cause?: unknown },
): TrainerError {
  const { log, cause } = details;
  return new TrainerError({
    code: "DISK_FULL",
    message,
    fix: `Free some space where the run folder lies. ${resumeFix}`,
    ...(log === undefined ? {} : { python: { log } }),
    cause,
  });
}

const diskFullCodes = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** The error as it is, or `DISK_FULL` in place of the system's. */
export function orDiskFull(error: unknown): unknown {
  if (!(error instanceof Error && "code" in error)) return error;
  if (!diskFullCodes.has(String(error.code))) return error;
  return diskFull(`The run folder cannot be written: ${error.message}`, { cause: error });
}

/** How a process ended, in words. */
export function describeExit(code: number | null, signal: NodeJS.Signals | string | null): string {
  if (signal === "SIGKILL") return "signal SIGKILL: it was killed, or memory ran out";
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
