import { ModelError } from "@semblance/core";
import { isPresent, listSnapshot, readRef, type Snapshot } from "./cache.ts";
import { findConversion } from "./conversion.ts";
import { notCachedError } from "./error.ts";
import { chooseFiles, type FileChoice } from "./files.ts";
import { isCommit } from "./id.ts";
import { type HubFile, type HubListing, type HubTarget, listRepository } from "./listing.ts";
import { readTree } from "./tree.ts";

/** What a download consists of. */
export interface DownloadPlan {
  readonly commit: string;
  /** The files that are wanted, relative to the snapshot. */
  readonly files: readonly string[];
  /** Those of them that the cache lacks. */
  readonly missing: readonly HubFile[];
  /** The name to remember the commit by; absent where the hub was not asked. */
  readonly ref?: string;
}

/** What is planned, and for which place in the cache. */
export interface PlanRequest {
  readonly target: HubTarget;
  readonly modelFolder: string;
  readonly choice: FileChoice;
}

/**
 * Decides which files make up the model and which of them are to come: by the hub's listing, or by the
 * cache when the hub may not or cannot be asked, or when the cache holds the listing of a commit.
 *
 * @throws ModelError as `downloadModel` says.
 */
export async function planDownload(request: PlanRequest): Promise<DownloadPlan> {
  const { target, modelFolder } = request;
  const { id, revision, settings } = target;
  const cached = await planFromCache(request);
  const what = `${id} at ${revision}`;
  if (cached.plan !== undefined && (settings.offline || cached.isCertain)) return cached.plan;
  if (settings.offline) throw notCachedError({ what, folder: modelFolder, reason: cached.reason });
  if (cached.plan === undefined) return planFromHub(request, await listRepository(target));
  // With a model in the cache, a hub that does not answer is no reason to wait or to fail.
  const impatient = { ...target, settings: { ...settings, retries: 0 } };
  const listing = await listRepository(impatient).catch((error: unknown) => {
    if (isError(error, "HUB_UNREACHABLE")) return undefined;
    throw error;
  });
  return listing === undefined ? cached.plan : planFromHub(request, listing);
}

async function planFromHub(request: PlanRequest, listing: HubListing): Promise<DownloadPlan> {
  const { target, choice } = request;
  const { revision } = target;
  try {
    return await planFromListing(request, { listing, ref: revision });
  } catch (error) {
    if (choice.format !== "safetensors" || !isError(error, "NO_CHECKPOINT")) throw error;
    const converted = await findConversion(target, listing);
    if (converted === undefined) throw error;
    return planFromListing(request, { listing: converted, ref: conversionRef(revision) });
  }
}

async function planFromListing(
  { modelFolder, choice }: PlanRequest,
  { listing, ref }: { readonly listing: HubListing; readonly ref: string },
): Promise<DownloadPlan> {
  const { commit } = listing;
  const paths = listing.files.map(({ path }) => path);
  const files = chooseFiles(paths, choice);
  const missing = await findMissing({ modelFolder, commit }, wanted(listing.files, files));
  return { commit, files, missing, ref };
}

/** What the cache says. */
interface CachedPlan {
  /** Whole: every file is there. */
  readonly plan?: DownloadPlan;
  /** Whether the hub could say nothing else: a commit whose listing is in the cache. */
  readonly isCertain: boolean;
  /** Why there is no plan. */
  readonly reason?: string | undefined;
}

async function planFromCache(request: PlanRequest): Promise<CachedPlan> {
  const { target, modelFolder, choice } = request;
  const { revision } = target;
  const isConverted = choice.format === "safetensors";
  let reason: string | undefined;
  for (const ref of isConverted ? [revision, conversionRef(revision)] : [revision]) {
    const commit = isCommit(ref) ? ref : await readRef(modelFolder, ref);
    if (commit === undefined) continue;
    const found = await planFromSnapshot(request, commit);
    if (found.plan !== undefined) return found;
    reason ??= found.reason;
  }
  return { isCertain: false, reason };
}

async function planFromSnapshot(
  { target, modelFolder, choice }: PlanRequest,
  commit: string,
): Promise<CachedPlan> {
  const snapshot = { modelFolder, commit };
  const tree = await readTree(snapshot);
  const present = tree ?? (await listSnapshot(snapshot)).map((path) => ({ path }));
  const isCertain = isCommit(target.revision) && tree !== undefined;
  try {
    const files = chooseFiles(
      present.map(({ path }) => path),
      choice,
    );
    const missing = await findMissing(snapshot, wanted(present, files));
    if (missing.length === 0) return { plan: { commit, files, missing }, isCertain };
    return { isCertain, reason: `It lacks ${missing.map(({ path }) => path).join(", ")}.` };
  } catch (error) {
    if (!ModelError.isInstance(error)) throw error;
    return { isCertain, reason: error.message };
  }
}

function wanted(files: readonly HubFile[], paths: readonly string[]): readonly HubFile[] {
  return files.filter(({ path }) => paths.includes(path));
}

async function findMissing(
  snapshot: Snapshot,
  files: readonly HubFile[],
): Promise<readonly HubFile[]> {
  const present = await Promise.all(files.map((file) => isPresent(snapshot, file)));
  return files.filter((_, i) => !present[i]);
}

// A name of our own in refs/: only what findConversion vouched for is remembered by it.
function conversionRef(revision: string): string {
  return `semblance-safetensors/${revision}`;
}

function isError(error: unknown, code: string): boolean {
  return ModelError.isInstance(error) && error.code === code;
}
