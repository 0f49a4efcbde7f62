import { createFormatReaders, createTableReader } from "@semblance/data";

/** Whether a source is a table, and no other format: what another reader recognises is no mere table. */
export async function looksLikeTable(source: string): Promise<boolean> {
  for (const reader of createFormatReaders()) if (await reader.sniff(source)) return false;
  return createTableReader().sniff(source);
}
