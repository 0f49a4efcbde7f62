import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Cell, Table } from "@semblance/core";

/** Writes a table as CSV (RFC 4180); empty cells for `null`. */
export async function writeCsv(file: string, { columns, length }: Table): Promise<void> {
  const cells = Object.values(columns);
  const lines = [Object.keys(columns).map(toCsv).join(",")];
  for (let row = 0; row < length; row++) {
    lines.push(cells.map((column) => toCsv(column[row] ?? null)).join(","));
  }
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${lines.join("\r\n")}\r\n`);
}

function toCsv(cell: Cell): string {
  const text = cell === null ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
