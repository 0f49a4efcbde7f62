import { createReadStream } from "node:fs";
import { open, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { type ItemFailure, parseConfig, withoutUndefined } from "@semblance/core";
import type { EmbedManifest, EmbedPlan, Modality, ShardRecord, SideState } from "./embed-facts.ts";
import type { EmbedPaths } from "./embed-paths.ts";
import { embedManifestSchema } from "./embed-schemas.ts";
import { writeJson } from "./json-file.ts";
import { readLines } from "./read-lines.ts";

/** How each side ended. */
export type SideStates = Readonly<Partial<Record<Modality, SideState>>>;

/** Puts together what `manifest.json` says. */
export function makeManifest(
  plan: EmbedPlan,
  states: SideStates,
  pairs?: readonly ShardRecord[],
): EmbedManifest {
  const sides = Object.values(states);
  const shards = pairs ?? sides.flatMap(({ sealed }) => sealed);
  const rows = sumOf(shards, ({ rows }) => rows);
  const rowsOf = (side: Modality) => {
    const state = states[side];
    if (state === undefined || pairs !== undefined) return state && rows;
    return sumOf(state.sealed, (shard) => shard.rows);
  };
  const manifest = {
    schema: 1,
    ...plan.facts,
    input: plan.listings,
    dimension: plan.dimension,
    counts: withoutUndefined({
      images: rowsOf("image"),
      texts: rowsOf("text"),
      pairs: pairs && rows,
      failures: plan.failedRows + sumOf(sides, ({ failures }) => failures),
      truncated: sumOf(sides, ({ truncated }) => truncated),
    }),
    shards,
  };
  // A plan that was read back has its keys in the order of its schema, one just made need not.
  return parseConfig(embedManifestSchema, manifest, "manifest");
}

function sumOf<T>(values: readonly T[], count: (value: T) => number): number {
  return values.reduce((sum, value) => sum + count(value), 0);
}

/** Writes `failures.jsonl` (rows of the table, then images, then texts) and then the manifest. */
export async function finishOutput(paths: EmbedPaths, manifest: EmbedManifest): Promise<void> {
  await joinFailures(paths);
  await writeJson(paths.manifest, manifest);
}

/** Writes `failures.jsonl`: rows of the table, then images, then texts. */
export async function joinFailures(paths: EmbedPaths): Promise<void> {
  const draft = join(paths.work, "failures.jsonl");
  const file = await open(draft, "w");
  try {
    for (const listed of ["row", "image", "text"] as const) {
      const path = paths.failuresOf(listed);
      if ((await stat(path).catch(() => undefined)) === undefined) continue;
      for await (const chunk of createReadStream(path)) await file.appendFile(chunk);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(draft, paths.failures);
}

/** The first of the failures that an output lists, at most `limit`. */
export async function readFailures(paths: EmbedPaths, limit: number): Promise<ItemFailure[]> {
  const failures: ItemFailure[] = [];
  for await (const { text } of readLines(paths.failures)) {
    if (failures.push(JSON.parse(text)) === limit) break;
  }
  return failures;
}
