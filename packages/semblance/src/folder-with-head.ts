import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { headReference } from "@semblance/core";
import { z } from "zod";
import { inspectModelFolder } from "./model-folder.ts";

const manifest = z.looseObject({ head: headReference.nullish() });

/**
 * The folder of a model that consists of graphs with a head beside them: export can put the head into
 * the graphs, so that it needs no weights. `undefined` for whatever else the name stands for.
 */
export async function folderWithHead(model: string): Promise<string | undefined> {
  try {
    const { folder, hasOnnx } = await inspectModelFolder(model);
    const text = await readFile(join(folder, "semblance.json"), "utf8");
    return hasOnnx && manifest.parse(JSON.parse(text)).head ? folder : undefined;
  } catch {
    // No folder, or none that says so: whoever needs weights says what is missing.
    return undefined;
  }
}
