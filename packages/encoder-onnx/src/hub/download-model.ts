import { mkdir, statfs } from "node:fs/promises";
import { join } from "node:path";
import { ConfigError, parseConfig, type RunOptions } from "@semblance/core";
import type { Dtype } from "../models/dtype.ts";
import { fetchBlob } from "./blob.ts";
import { modelFolderOf, type Snapshot, showBlob, snapshotFolder, writeRef } from "./cache.ts";
import { describeFile, fileUrl } from "./describe.ts";
import { diskFullError, toCacheError } from "./error.ts";
import type { ModelFormat } from "./files.ts";
import { type HubId, isRevision, parseHubId } from "./id.ts";
import type { DescribedFile, HubFile, HubTarget } from "./listing.ts";
import { planDownload } from "./plan.ts";
import { downloadConfig, type HubConfig, readHubSettings } from "./settings.ts";

/** Options of {@link downloadModel}. */
export interface DownloadModelOptions extends HubConfig, RunOptions {
  /** `organisation/name`, or `organisation/name@revision`. */
  readonly id: string;
  /**
   * `"onnx"` brings what an encoder needs, `"safetensors"` a checkpoint to train or export.
   *
   * @defaultValue `"onnx"`
   */
  readonly format?: ModelFormat | undefined;
  /** Precision of the ONNX files; `"auto"` is the most exact that there is. @defaultValue `"fp32"` */
  readonly dtype?: Dtype | "auto" | undefined;
}

/** A model of the hub whose files are in the cache. */
export interface DownloadedModel {
  readonly id: string;
  /** The commit that the files are of. */
  readonly commit: string;
  /** Absolute path of the snapshot: a model folder. */
  readonly folder: string;
  /** The files that were asked for, relative to the folder; it may hold others. */
  readonly files: readonly string[];
}

/**
 * Brings the files of a model on the Hugging Face hub into the cache that Python's huggingface_hub uses
 * too, as far as they are not there, and checks each against the hub's own hash. One request asks what
 * the revision holds now; files in the cache are not asked for again. Where the hub cannot be reached,
 * or `offline` is set, what the cache has counts.
 *
 * A download that was broken off goes on where it stopped. Two processes may download the same model.
 * Weights are taken as ONNX or safetensors, never as a pickle.
 *
 * @throws ModelError `MODEL_NOT_FOUND`, `MODEL_FORBIDDEN` (private or gated), `MODEL_NOT_CACHED` (offline),
 * `NO_ONNX`, `NO_CHECKPOINT`, `MODEL_FILE_MISSING` (precision), `HUB_UNREACHABLE`, `HUB_ANSWER_INVALID`,
 * `DOWNLOAD_CORRUPT`, `DISK_FULL`, `CACHE_UNUSABLE`; ConfigError `CONFIG_INVALID`.
 */
export async function downloadModel(options: DownloadModelOptions): Promise<DownloadedModel> {
  const { signal, onProgress, ...given } = options;
  const config = parseConfig(downloadConfig, given, "download options");
  const { format, dtype } = config;
  const { id, revision } = requireHubId(config);
  const settings = await readHubSettings(config);
  const modelFolder = modelFolderOf(settings.cacheFolder, id);
  const target: HubTarget = { id, revision, settings, signal };
  const plan = await planDownload({ target, modelFolder, choice: { id, format, dtype } });
  const snapshot: Snapshot = { modelFolder, commit: plan.commit };
  try {
    await bringFiles({ snapshot, target, missing: plan.missing, onProgress });
    // Last: what a revision's name leads to is whole.
    if (plan.ref !== undefined) await writeRef(snapshot, plan.ref);
  } catch (error) {
    throw toCacheError(settings.cacheFolder, error);
  }
  return { id, commit: plan.commit, folder: snapshotFolder(snapshot), files: plan.files };
}

function requireHubId({
  id: text,
  revision,
}: Pick<DownloadModelOptions, "id" | "revision">): Required<HubId> {
  const parsed = parseHubId(text);
  const wanted = revision ?? parsed?.revision ?? "main";
  if (parsed !== undefined && isRevision(wanted)) return { id: parsed.id, revision: wanted };
  throw new ConfigError({
    code: "CONFIG_INVALID",
    message: `${JSON.stringify(parsed === undefined ? text : wanted)} is not ${parsed === undefined ? "a hub id" : "a revision"}.`,
    fix: "Write organisation/name, or organisation/name@revision.",
  });
}

interface Delivery {
  readonly snapshot: Snapshot;
  readonly target: HubTarget;
  readonly missing: readonly HubFile[];
  readonly onProgress: RunOptions["onProgress"] | undefined;
}

async function bringFiles(delivery: Delivery): Promise<void> {
  const { snapshot, missing } = delivery;
  // Of one commit from here on, whatever is pushed meanwhile.
  const target = { ...delivery.target, revision: snapshot.commit };
  const files: DescribedFile[] = [];
  for (const file of missing) files.push(await describeFile(target, file));
  if (files.length === 0) return;
  await fetchAll({ ...delivery, target, files });
  for (const file of files) await showBlob(snapshot, file);
}

async function fetchAll({
  snapshot,
  target,
  files,
  onProgress,
}: Omit<Delivery, "missing"> & { readonly files: readonly DescribedFile[] }): Promise<void> {
  const { id, settings, signal } = target;
  const blobFolder = join(snapshot.modelFolder, "blobs");
  const total = files.reduce((sum, { size }) => sum + size, 0);
  await requireRoom(blobFolder, total);
  let done = 0;
  for (const file of files) {
    const onLength = (length: number) =>
      onProgress?.({ stage: `downloading ${id}`, done: done + length, total, unit: "bytes" });
    const url = fileUrl(target, file.path);
    await fetchBlob({ file, url, blobFolder, settings, signal, onLength });
    done += file.size;
    onLength(0);
  }
}

async function requireRoom(folder: string, bytes: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < bytes) throw diskFullError(folder, bytes);
}
