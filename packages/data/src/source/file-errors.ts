import { DatasetError } from "@semblance/core";
import { createTableError } from "./table-error.ts";

/** What is thrown where there is no file at `source`. */
export function notFound(source: string, cause?: unknown): DatasetError {
  return new DatasetError({
    code: "FILE_NOT_FOUND",
    message: `There is no file at ${source}.`,
    fix: "Check the path; a relative one starts at the folder in which the program runs.",
    position: { file: source },
    cause,
  });
}

/** What is thrown where a file cannot be read. */
export function fileUnreadable(source: string, cause: unknown): DatasetError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DatasetError({
    code: "FILE_UNREADABLE",
    message: `${source} cannot be read: ${reason}`,
    fix: "Give the path of a file that this user may read.",
    position: { file: source },
    cause,
  });
}

/** What is thrown for a line, or a file, that is not UTF-8. */
export function invalidUtf8(file: string, line?: number): DatasetError {
  return createTableError({
    code: "INVALID_UTF8",
    message: `this ${line === undefined ? "file" : "line"} is not valid UTF-8.`,
    fix: 'Save the table as UTF-8 (in a spreadsheet program: "CSV UTF-8").',
    position: line === undefined ? { file } : { file, line },
  });
}
