import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Snapshot } from "./cache.ts";
import type { HubFile } from "./listing.ts";

// What Python's huggingface_hub 2 keeps beside the snapshots.
const treeListing = z.object({
  format_version: z.literal(1),
  files: z.record(
    z.string(),
    z.object({ size: z.int(), blob_id: z.string(), lfs_sha256: z.string().nullish() }),
  ),
});

/** The listing of a commit that Python left in the cache; `undefined` where there is none that can be read. */
export async function readTree(snapshot: Snapshot): Promise<readonly HubFile[] | undefined> {
  const path = join(snapshot.modelFolder, "trees", `${snapshot.commit}.json`);
  const text = await readFile(path, "utf8").catch(() => "null");
  const tree = treeListing.safeParse(parseJson(text));
  if (!tree.success) return undefined;
  return Object.entries(tree.data.files).map(([name, file]) => ({
    path: name,
    size: file.size,
    etag: file.lfs_sha256 ?? file.blob_id,
  }));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // cut off: as if it were not there
  }
}
