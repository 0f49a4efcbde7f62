import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { runQuietly } from "../run-quietly.ts";
import type { System } from "./systems.ts";
import { type TowerJob, type TowerResult, towerResult } from "./tower-job.ts";

/** A job before it is known who does it, and where. */
export type Work = Omit<TowerJob, "dtype" | "output" | "threads">;

/** What one process measured, and its embeddings. */
export interface TowerRun extends Omit<TowerResult, "firstImageAt"> {
  /** Seconds from the start of the process to the first image's embedding. */
  readonly coldStart: number;
  /** `[images, dimension]`, row-major. */
  readonly images: Float32Array;
  /** `[texts, dimension]`; empty when there were none. */
  readonly texts: Float32Array;
}

/** Has a system do the work in a process of its own. @throws Error with its messages when it fails. */
export async function runTowerJob(
  { program, script, dtype }: System,
  work: Work,
): Promise<TowerRun> {
  const output = await mkdtemp(join(tmpdir(), "semblance-bench-"));
  try {
    const { threads, env } = threadSettings();
    const job: TowerJob = { ...work, dtype, output, threads };
    const file = join(output, "job.json");
    await writeFile(file, JSON.stringify(job));
    const startedAt = Date.now();
    const printed = await runQuietly(program, [script, file], env);
    const last = printed.trimEnd().split("\n").at(-1) ?? "";
    const { firstImageAt, ...result } = towerResult.parse(JSON.parse(last));
    return {
      ...result,
      coldStart: (firstImageAt - startedAt) / 1000,
      images: await readFloats(join(output, "image.f32")),
      texts:
        result.text === undefined ? new Float32Array() : await readFloats(join(output, "text.f32")),
    };
  } finally {
    await rm(output, { recursive: true });
  }
}

/** The same for all: as many threads as there are cores, which wait without spinning. */
function threadSettings(): { readonly threads: number; readonly env: NodeJS.ProcessEnv } {
  const threads = availableParallelism();
  const env = {
    OMP_WAIT_POLICY: "PASSIVE",
    OMP_NUM_THREADS: String(threads),
    MKL_NUM_THREADS: String(threads),
    // The CPU is compared, also where a peer could use more.
    CUDA_VISIBLE_DEVICES: "",
    HF_HUB_OFFLINE: "1",
  };
  return { threads, env };
}

async function readFloats(file: string): Promise<Float32Array> {
  const { buffer, byteOffset, byteLength } = await readFile(file);
  return new Float32Array(buffer.slice(byteOffset, byteOffset + byteLength));
}
