import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { encodeNpyHeader } from "@semblance/core";
import type { ShardRecord } from "./embed-facts.ts";

/** Writes the header of a `.npy` file whose rows are there already. */
export async function writeNpyHeader(
  path: string,
  dtype: "<f4" | "<f2",
  shape: readonly [number, number],
): Promise<void> {
  const file = await open(path, "r+");
  try {
    await file.write(encodeNpyHeader(dtype, shape), 0, undefined, 0);
  } finally {
    await file.close();
  }
}

/** Bytes before the rows of a `.npy` file of vectors, whatever their number. */
export const npyHeaderBytes: number = encodeNpyHeader("<f4", [0, 1]).length;

/** Moves a finished file to its place in the output, once all of it is on disk. */
export async function moveInto(output: string, name: string, from: string): Promise<void> {
  const path = join(output, name);
  const file = await open(from, "r+");
  await file.datasync().finally(() => file.close());
  await mkdir(dirname(path), { recursive: true });
  await rename(from, path);
}

/** Describes files of the output for its manifest. */
export async function describeFiles(
  output: string,
  names: readonly string[],
): Promise<ShardRecord["files"]> {
  const files: Record<string, { sha256: string; bytes: number }> = {};
  for (const name of names) {
    const path = join(output, name);
    const digest = createHash("sha256");
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      digest.update(chunk);
    }
    files[name] = { sha256: digest.digest("hex"), bytes: (await stat(path)).size };
  }
  return files;
}
