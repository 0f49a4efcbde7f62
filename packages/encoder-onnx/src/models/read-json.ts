import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ModelError, parseConfig } from "@semblance/core";
import type { z } from "zod";

/**
 * Reads a JSON file of a model folder and checks it against a schema.
 *
 * @throws ModelError `MODEL_FILE_INVALID` when it is not JSON; ConfigError `CONFIG_INVALID` when it does not fit.
 */
export async function readJson<Output>(
  folder: string,
  name: string,
  schema: z.ZodType<Output>,
): Promise<Output> {
  const path = join(folder, name);
  const text = await readFile(path, "utf8");
  try {
    return parseConfig(schema, JSON.parse(text), path);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ModelError({
      code: "MODEL_FILE_INVALID",
      message: `${path} is not JSON: ${error.message}.`,
      fix: "Get the file again from where the model came from.",
      cause: error,
    });
  }
}
