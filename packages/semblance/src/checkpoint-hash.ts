import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

// Changes when the exporter writes other graphs for the same checkpoint, so that old ones are not used.
const exportVersion = "2";

/**
 * The key of a checkpoint's export: 32 hex digits over all that decides it, which is the names and the
 * contents of its `.json`, `.safetensors` and `.txt` files.
 */
export async function hashCheckpoint(checkpoint: string): Promise<string> {
  const hash = createHash("sha256").update(exportVersion);
  const names = (await readdir(checkpoint)).filter((name) =>
    /\.(json|safetensors|txt)$/.test(name),
  );
  for (const name of names.sort()) {
    hash.update(`\0${name}\0`);
    for await (const chunk of createReadStream(join(checkpoint, name))) hash.update(chunk);
  }
  return hash.digest("hex").slice(0, 32);
}
