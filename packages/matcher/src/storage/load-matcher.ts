import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, ModelError, type ModelProvider, type Trainer } from "@semblance/core";
import { parseSavedSettings } from "../config.ts";
import { createMatcher } from "../create-matcher.ts";
import type { Matcher } from "../matcher.ts";
import { settingsFile } from "./save-matcher.ts";

/** What {@link loadMatcher} needs beside the folder. */
export interface LoadMatcherOptions {
  readonly provider: ModelProvider;
  readonly trainer?: Trainer;
}

/**
 * Opens what `Matcher.save` wrote.
 *
 * @throws {@link ModelError} with code `NOT_A_MATCHER` when the folder holds none.
 */
export async function loadMatcher(folder: string, options: LoadMatcherOptions): Promise<Matcher> {
  const path = join(folder, settingsFile);
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new ModelError({
      code: "NOT_A_MATCHER",
      message: `${folder} holds no saved matcher: there is no ${settingsFile}.`,
      fix: "Save one with matcher.save(folder), or use createMatcher({ model: folder, … }).",
      cause,
    });
  });
  const settings = parseSavedSettings(parseJson(text, path), path);
  return createMatcher({ ...settings, ...options, model: folder });
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ConfigError({ code: "CONFIG_INVALID", message: `${path} is not JSON.`, cause });
  }
}
