import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { RunOptions } from "@semblance/core";
import { z } from "zod";
import { bridgeLogOf, writeJob } from "./job-folder.ts";
import { openWorkerBridge } from "./open-worker-bridge.ts";
import { parseReply } from "./parse-reply.ts";
import { protocolVersion } from "./python-bridge.ts";
import { runJob, type WorkerModule } from "./run-job.ts";
import { createStopRequest } from "./stop-request.ts";
import { toProgress, toTrainingEvent } from "./training-event.ts";

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
  /** @defaultValue what `findPython` finds */
  readonly python?: string;
  /** Where `setUpPython` made its environment, when not in its default place. */
  readonly dataFolder?: string;
}

/** Items on which the exported graphs are compared with PyTorch. */
export interface CertificateItems {
  /** Paths. */
  readonly images: readonly string[];
  readonly texts: readonly string[];
}

/** How far the exported graphs are from PyTorch, on L2-normalised embeddings. */
export interface Certificate {
  /** `"torch 2.13.0"` */
  readonly reference: string;
  /** `"onnxruntime 1.32.0"` */
  readonly runtime: string;
  readonly items: { readonly images: number; readonly texts: number };
  readonly image: { readonly maxAbs: number; readonly minCosine: number };
  readonly text: { readonly maxAbs: number; readonly minCosine: number };
  readonly tolerance: number;
}

/** What an export made. */
export interface ExportResult {
  /** The model folder. */
  readonly model: string;
  /** SHA-256 over the checkpoint's tensors. */
  readonly weights: string;
  readonly certificate: Certificate;
  /** In seconds. */
  readonly timing: { readonly export: number };
}

/** An export with its Python; `worker` runs another module than our own. */
export interface ExportJob extends Omit<ExportOptions, "python" | "dataFolder"> {
  readonly python: string;
  readonly worker?: WorkerModule;
}

const distance = z.object({ maxAbs: z.number(), minCosine: z.number() });

const exportResult: z.ZodType<ExportResult> = z.object({
  model: z.string(),
  weights: z.string(),
  certificate: z.object({
    reference: z.string(),
    runtime: z.string(),
    items: z.object({ images: z.number(), texts: z.number() }),
    image: distance,
    text: distance,
    tolerance: z.number(),
  }),
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
  await writeJob(jobFolder, { task: "export", config: configOf(job) }, protocolVersion);
  using stop = createStopRequest(job.signal);
  await using bridge = await openWorkerBridge({
    python: job.python,
    logFile: bridgeLogOf(jobFolder),
    callTimeoutMs: patience.callTimeoutMs,
  });
  const onEvent = (value: unknown) => {
    const event = toTrainingEvent(value);
    if (event.type === "progress") job.onProgress?.(toProgress(event));
  };
  const worker = job.worker === undefined ? {} : { worker: job.worker };
  const pidFile = join(jobFolder, "worker.pid");
  return await runJob({ ...patience, ...worker, bridge, jobFolder, pidFile, stop, onEvent });
}

function configOf({ checkpoint, output, name, base, certificate }: ExportJob): object {
  return {
    checkpoint: resolve(checkpoint),
    output: resolve(output),
    name: name ?? null,
    base: base ?? null,
    certificate: certificate
      ? { images: certificate.images.map((path) => resolve(path)), texts: certificate.texts }
      : null,
  };
}
