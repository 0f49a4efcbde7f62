import { open, readFile, rename } from "node:fs/promises";
import { parseConfig } from "@semblance/core";
import type { z } from "zod";

// There is either what was there or what is wanted, also after a power cut.
async function replaceFile(path: string, content: string): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, "w");
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/** Writes a value as indented JSON, so that it is there either as it was or as it is wanted. */
export function writeJson(path: string, value: unknown): Promise<void> {
  return replaceFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * Reads and checks a JSON file; `undefined` where there is none.
 *
 * @throws {@link ConfigError} with code `CONFIG_INVALID` when it does not fit the schema.
 */
export async function readJson<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  return text === undefined ? undefined : parseConfig(schema, parse(text), path);
}

// What is no JSON fits no schema either, and the check then names the file.
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
