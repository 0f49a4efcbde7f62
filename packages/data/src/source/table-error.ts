import { DatasetError, type ErrorDetails, type TablePosition } from "@semblance/core";

/** A place in words: `train.csv:12, column "caption"`. */
export function describePosition(position: TablePosition): string {
  const file = position.file ?? "the table";
  const line = position.line === undefined ? "" : `:${position.line}`;
  const column = position.column === undefined ? "" : `, column ${JSON.stringify(position.column)}`;
  return `${file}${line}${column}`;
}

/** A {@link DatasetError} whose message begins with its place. */
export function createTableError(
  details: ErrorDetails & { readonly position: TablePosition },
): DatasetError {
  const message = `${describePosition(details.position)}: ${details.message}`;
  return new DatasetError({ ...details, message });
}
