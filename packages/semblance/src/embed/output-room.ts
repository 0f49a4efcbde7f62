import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { SemblanceError } from "@semblance/core";
import type { EmbedManifest, EmbedPlan } from "./embed-facts.ts";
import type { EmbedPaths } from "./embed-paths.ts";
import { embedManifestSchema, embedPlanSchema } from "./embed-schemas.ts";
import { readJson } from "./json-file.ts";

/** What stands in an output folder. */
export interface OutputRoom {
  /** Of work that can be gone on with. */
  readonly plan?: EmbedPlan | undefined;
  /** Of finished work. */
  readonly manifest?: EmbedManifest | undefined;
}

/** Options of {@link requireRoom}. */
export interface RoomOptions {
  readonly resume?: boolean | undefined;
  readonly overwrite?: boolean | undefined;
}

/**
 * Looks at what stands in the output folder, before anything is touched.
 *
 * @throws {@link SemblanceError} with code `OUTPUT_OCCUPIED` for an output, finished or not, that is
 * neither to be resumed nor overwritten.
 */
export async function requireRoom(paths: EmbedPaths, options: RoomOptions): Promise<OutputRoom> {
  if (options.overwrite) return {};
  const work = await namesIn(paths.work);
  if (options.resume) {
    const plan = await readJson(paths.plan, embedPlanSchema);
    const manifest = await readJson(paths.manifest, embedManifestSchema);
    // A work folder alone: the input was being listed, or an older output removed.
    if (plan !== undefined || manifest !== undefined || work !== undefined)
      return { plan, manifest };
  }
  if (work !== undefined) throw occupied(paths.output, "embeddings that are not finished");
  const [first] = await outputFiles(paths);
  if (first !== undefined) throw occupied(paths.output, first);
  return {};
}

function occupied(output: string, what: string): SemblanceError {
  return new SemblanceError({
    code: "OUTPUT_OCCUPIED",
    message: `${output} holds ${what}.`,
    fix: "Go on with work that was interrupted with --resume, replace what is there with --overwrite, or give another -o.",
  });
}

const namesByFolder = {
  "": /^manifest\.json$/,
  img_emb: /^img_emb_\d+\.npy$/,
  text_emb: /^text_emb_\d+\.npy$/,
  metadata: /^(image|text|metadata)_\d+\.(parquet|jsonl)$/,
};

/** Files by names that only an output has, relative to the folder. */
async function outputFiles({ output }: EmbedPaths): Promise<string[]> {
  const found: string[] = [];
  for (const [folder, pattern] of Object.entries(namesByFolder)) {
    const names = (await namesIn(join(output, folder))) ?? [];
    found.push(...names.filter((name) => pattern.test(name)).map((name) => join(folder, name)));
  }
  return found;
}

async function namesIn(folder: string): Promise<string[] | undefined> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
}

/** Removes an output but its list of failures, and all work on one; other files in the folder stay. */
export async function clearOutput(paths: EmbedPaths): Promise<void> {
  await rm(paths.manifest, { force: true });
  for (const name of await outputFiles(paths)) await rm(join(paths.output, name), { force: true });
  for (const folder of Object.keys(namesByFolder).filter((name) => name !== "")) {
    // Stays where there is something else in it.
    await rmdir(join(paths.output, folder)).catch(() => {});
  }
  await clearWork(paths);
}

/** Removes the files of work in progress. */
export async function clearWork(paths: EmbedPaths): Promise<void> {
  // Without its plan nothing takes up the rest, should this be interrupted.
  await rm(paths.plan, { force: true });
  await rm(paths.work, { recursive: true, force: true });
}
