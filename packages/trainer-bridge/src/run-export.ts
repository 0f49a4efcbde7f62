import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Dataset, ItemFailure, RunOptions } from "@semblance/core";
import { z } from "zod";
import { type Certificate, certificateSchema } from "./certificate.ts";
import { bridgeLogOf, writeJob } from "./job-folder.ts";
import { openWorkerBridge } from "./open-worker-bridge.ts";
import { parseReply } from "./parse-reply.ts";
import { protocolVersion } from "./python-bridge.ts";
import { runJob, type WorkerModule } from "./run-job.ts";
import { createStopRequest } from "./stop-request.ts";
import { toProgress, toTrainingEvent } from "./training-event.ts";
import { writeDataset } from "./write-dataset.ts";

/** Precisions that an export can write. */
export type ExportDtype = "fp32" | "fp16" | "int8";

/** What to export, and where to. */
export interface ExportOptions extends RunOptions {
  /** A folder with `config.json` and `model.safetensors`. */
  readonly checkpoint: string;
  /** The model folder to make. */
  readonly output: string;
  /** @defaultValue the checkpoint folder's name */
  readonly name?: string;
  /** The model that it was made from, for the model card: a hub id. */
  readonly base?: string;
  /** Real items to compare PyTorch and ONNX on. @defaultValue synthetic pixels and texts */
  readonly certificate?: CertificateItems;
  /** Precisions to write; only these are kept. @defaultValue `["fp32"]` */
  readonly dtypes?: readonly ExportDtype[];
  /** Pairs to measure the cost of each precision on. @defaultValue the certificate's items, unranked */
  readonly data?: Dataset;
  /** Told what the user should know and what ends nothing: `PRECISION_POOR`, … */
  readonly onWarning?: (warning: ExportWarning) => void;
  /** @defaultValue what `findPython` finds */
  readonly python?: string;
  /** Where `setUpPython` made its environment, when not in its default place. */
  readonly dataFolder?: string;
}

/** Something that ends nothing. */
export interface ExportWarning {
  readonly code: string;
  readonly message: string;
}

/** Items on which the exported graphs are compared with PyTorch. */
export interface CertificateItems {
  /** Paths. */
  readonly images: readonly string[];
  readonly texts: readonly string[];
}

/** What an export made. */
export interface ExportResult {
  /** The model folder. */
  readonly model: string;
  /** SHA-256 over the checkpoint's tensors. */
  readonly weights: string;
  readonly certificate: Certificate;
  /** Each graph file, by its path in the model folder. */
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly bytes: number }>>;
  /** Items of `data` that could not be used. */
  readonly failures: readonly ItemFailure[];
  /** In seconds. */
  readonly timing: { readonly export: number };
}

/** An export with its Python; `worker` runs another module than our own. */
export interface ExportJob extends Omit<ExportOptions, "python" | "dataFolder"> {
  readonly python: string;
  readonly worker?: WorkerModule;
}

const exportResult: z.ZodType<ExportResult> = z.object({
  model: z.string(),
  weights: z.string(),
  certificate: certificateSchema,
  files: z.record(z.string(), z.object({ sha256: z.string(), bytes: z.number() })),
  failures: z.array(
    z.object({ index: z.number(), input: z.string(), code: z.string(), message: z.string() }),
  ),
  timing: z.object({ export: z.number() }),
});

// What is half exported is of no use to anybody: an abort need not wait for anything.
const patience = { callTimeoutMs: 60_000, pollIntervalMs: 200, cancelGraceMs: 0 };

/** Exports in a job folder that is gone afterwards. @throws the signal's reason when aborted */
export async function runExport(job: ExportJob): Promise<ExportResult> {
  job.signal?.throwIfAborted();
  const jobFolder = await mkdtemp(join(tmpdir(), "semblance-export-"));
  try {
    return parseReply(exportResult, await runIn(jobFolder, job), "export result");
  } catch (error) {
    job.signal?.throwIfAborted();
    throw error;
  } finally {
    await rm(jobFolder, { recursive: true, force: true });
  }
}

async function runIn(jobFolder: string, job: ExportJob): Promise<unknown> {
  const data = job.data === undefined ? null : await storeData(job.data, jobFolder, job);
  const config = { ...configOf(job), data };
  await writeJob(jobFolder, { task: "export", config }, protocolVersion);
  using stop = createStopRequest(job.signal);
  await using bridge = await openWorkerBridge({
    python: job.python,
    logFile: bridgeLogOf(jobFolder),
    callTimeoutMs: patience.callTimeoutMs,
  });
  const onEvent = (value: unknown) => {
    const event = toTrainingEvent(value);
    if (event.type === "progress") job.onProgress?.(toProgress(event));
    if (event.type === "warning") job.onWarning?.({ code: event.code, message: event.message });
  };
  const worker = job.worker === undefined ? {} : { worker: job.worker };
  const pidFile = join(jobFolder, "worker.pid");
  return await runJob({ ...patience, ...worker, bridge, jobFolder, pidFile, stop, onEvent });
}

const itemsPerReport = 1000;

async function storeData(dataset: Dataset, jobFolder: string, job: ExportJob): Promise<string> {
  const folder = join(jobFolder, "data");
  await writeDataset({
    dataset,
    folder,
    onItem: (done) => {
      job.signal?.throwIfAborted();
      if (done % itemsPerReport === 0) {
        job.onProgress?.({ stage: "listing items", done, unit: "items" });
      }
    },
    onUnknownItems: (count) =>
      job.onWarning?.({
        code: "JUDGEMENTS_WITHOUT_ITEMS",
        message: `${count} judgements of "${dataset.name}" name an item that it does not hold; they were left out.`,
      }),
  });
  return folder;
}

function configOf({ checkpoint, output, name, base, dtypes, certificate }: ExportJob): object {
  return {
    checkpoint: resolve(checkpoint),
    output: resolve(output),
    name: name ?? null,
    base: base ?? null,
    dtypes: dtypes ?? ["fp32"],
    certificate: certificate
      ? { images: certificate.images.map((path) => resolve(path)), texts: certificate.texts }
      : null,
  };
}
