import { readFile } from "node:fs/promises";
import type { LocatedTable } from "../table/table-columns.ts";

/**
 * The text of a table's file without some of its rows; every other row stays as it is written, line
 * ends and quotes included.
 *
 * @param table - As `readTable` gave it; the file must not have changed since.
 * @param rows - Rows to leave out, from 0.
 */
export async function withoutRows(
  table: LocatedTable & { readonly source: string },
  rows: Iterable<number>,
): Promise<string> {
  const lines = splitLines(await readFile(table.source, "utf8"));
  const left = new Set(rows);
  const end = lines.length + 1;
  const firstLine = table.lines[0] ?? end;
  const parts = [lines.slice(0, firstLine - 1)];
  for (const [row, line] of table.lines.entries()) {
    if (!left.has(row)) parts.push(lines.slice(line - 1, (table.lines[row + 1] ?? end) - 1));
  }
  return parts.flat().join("");
}

/** Lines with their ends, as tables count them: LF, CRLF or CR. */
function splitLines(text: string): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? [];
}
