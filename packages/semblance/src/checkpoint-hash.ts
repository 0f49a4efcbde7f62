import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RunOptions } from "@semblance/core";

// Changes when the exporter writes other graphs for the same checkpoint, so that old ones are not used.
const exportVersion = "2";

const highWaterMark = 4 << 20; // bytes between two looks at the signal

/**
 * The key of a checkpoint's export: 32 hex digits over all that decides it, which is the names and the
 * contents of its `.json`, `.safetensors` and `.txt` files.
 */
export async function hashCheckpoint(
  checkpoint: string,
  { signal, onProgress }: RunOptions = {},
): Promise<string> {
  const hash = createHash("sha256").update(exportVersion);
  const names = (await readdir(checkpoint)).filter((name) =>
    /\.(json|safetensors|txt)$/.test(name),
  );
  const sizes = await Promise.all(names.map((name) => stat(join(checkpoint, name))));
  const total = sizes.reduce((sum, { size }) => sum + size, 0);
  const unit = "bytes";
  let done = 0;
  for (const name of names.sort()) {
    hash.update(`\0${name}\0`);
    for await (const chunk of createReadStream(join(checkpoint, name), { highWaterMark })) {
      signal?.throwIfAborted();
      hash.update(chunk);
      done += chunk.length;
      onProgress?.({ stage: "hashing the checkpoint", done, total, unit });
    }
  }
  return hash.digest("hex").slice(0, 32);
}
